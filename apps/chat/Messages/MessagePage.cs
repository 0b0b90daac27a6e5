namespace Fanfare.Chat.Messages;

/// <summary>A part of a room's history, oldest first.</summary>
public sealed record MessagePage(IReadOnlyList<ChatMessage> Messages, bool HasMore);
