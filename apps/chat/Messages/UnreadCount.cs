namespace Fanfare.Chat.Messages;

/// <summary>What a moved read mark leaves unread.</summary>
public sealed record UnreadCount(int Unread);
