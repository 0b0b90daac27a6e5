namespace Fanfare.Chat.Accounts;

/// <summary>A user as stored.</summary>
public sealed record AccountRow(string Id, string Name, string PasswordHash);
