namespace Fanfare.Chat.Rooms;

/// <summary>A member of a room.</summary>
public sealed record Member(string UserId, string UserName, string Role, bool Online);
