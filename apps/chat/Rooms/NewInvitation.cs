namespace Fanfare.Chat.Rooms;

/// <summary>Body of <c>POST /api/rooms/{id}/invitations</c>.</summary>
public sealed record NewInvitation(string UserName);
