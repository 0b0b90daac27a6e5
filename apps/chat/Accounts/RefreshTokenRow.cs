namespace Fanfare.Chat.Accounts;

/// <summary>A refresh token as stored, with its sign-in and user.</summary>
public sealed record RefreshTokenRow
{
    public string SignInId { get; init; } = "";

    public string UserId { get; init; } = "";

    public string UserName { get; init; } = "";

    public long ExpiresAt { get; init; }

    public long WasUsed { get; init; }
}
