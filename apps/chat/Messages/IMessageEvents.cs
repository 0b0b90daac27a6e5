namespace Fanfare.Chat.Messages;

/// <summary>Who must hear of messages. Called in the order of storing, after the change is on the disk.</summary>
public interface IMessageEvents
{
    /// <summary>A message was stored.</summary>
    ValueTask MessageStoredAsync(ChatMessage message);

    /// <summary>A member's read mark moved forward.</summary>
    ValueTask ReadMarkMovedAsync(string userId, string roomId, int unread);
}
