namespace Fanfare.Chat.Accounts;

/// <summary>Body of registration and sign-in.</summary>
public sealed record Credentials(string Name, string Password);
