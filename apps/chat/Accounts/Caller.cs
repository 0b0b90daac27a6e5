namespace Fanfare.Chat.Accounts;

/// <summary>Who speaks: a user in one sign-in, as a valid access token says.</summary>
public sealed record Caller(string UserId, string UserName, string SignInId, DateTimeOffset ExpiresAt);
