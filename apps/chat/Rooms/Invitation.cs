namespace Fanfare.Chat.Rooms;

/// <summary>An open invitation of a user into a room.</summary>
public sealed record Invitation(string Id, string RoomId, string RoomName, string UserId, string UserName, UserReference InvitedBy, string CreatedAt);
