namespace Fanfare.Chat.Accounts;

/// <summary>Body of refresh and logout.</summary>
public sealed record RefreshRequest(string RefreshToken);
