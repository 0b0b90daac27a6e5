namespace Fanfare.Chat.Accounts;

/// <summary>What a sign-in answers.</summary>
/// <param name="UserId">The user.</param>
/// <param name="UserName">The name as typed at registration.</param>
/// <param name="AccessToken">For <c>Authorization: Bearer</c> and CONNECT.</param>
/// <param name="RefreshToken">For one refresh.</param>
/// <param name="ExpiresAt">End of the access token.</param>
public sealed record Session(string UserId, string UserName, string AccessToken, string RefreshToken, string ExpiresAt);
