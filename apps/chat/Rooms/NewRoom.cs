namespace Fanfare.Chat.Rooms;

/// <summary>Body of <c>POST /api/rooms</c>.</summary>
public sealed record NewRoom(string Name, bool? IsPrivate = null);
