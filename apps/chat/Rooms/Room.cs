namespace Fanfare.Chat.Rooms;

/// <summary>A room as its reader sees it.</summary>
/// <param name="Id">Opaque id.</param>
/// <param name="Name">The name as typed.</param>
/// <param name="IsPrivate">Only members see it.</param>
/// <param name="Role"><c>owner</c>, <c>member</c>, or null for a stranger.</param>
/// <param name="Unread">Messages of others after the reader's mark; stops counting at 100.</param>
/// <param name="LastReadId">The message the reader's mark stands at; null for a stranger, or when the room was empty.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record Room(string Id, string Name, bool IsPrivate, string? Role, int Unread, string? LastReadId, string CreatedAt);
