namespace Fanfare.Chat.Rooms;

/// <summary>A user, named.</summary>
public sealed record UserReference(string UserId, string UserName);
