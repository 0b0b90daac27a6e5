using Fanfare.Chat.Messages;

namespace Fanfare.Chat.Realtime;

internal sealed record ErrorNotice(string Message);

internal sealed record Refusal(string Error);

internal sealed record Done(bool Ok = true);

internal sealed record MarkedRead(bool Ok, int Unread);

internal sealed record Renewed(bool Ok, string ExpiresAt);

internal sealed record RoomHistory(string RoomId, IReadOnlyList<ChatMessage> Messages);

internal sealed record RoomUser(string RoomId, string UserId, string UserName);

internal sealed record StoppedTyping(string RoomId, string UserId);

internal sealed record PresenceChange(string UserId, string UserName, bool Online);

internal sealed record RoomReference(string RoomId);

internal sealed record UnreadChange(string RoomId, int Unread);
