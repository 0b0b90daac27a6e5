using Fanfare.Chat.Rooms;
using Fanfare.Chat.Storage;
using Fanfare.Chat.Text;
using Microsoft.Data.Sqlite;

namespace Fanfare.Chat.Messages;

/// <summary>The way of a message: checked, stored, told. One way for every wire.</summary>
/// <remarks>Safe to call from any thread. Rights are looked at inside the write, so that none is used after it was lost.</remarks>
public sealed class MessageService(ChatDatabase database, WriteLane lane, IMessageEvents events, TimeProvider time)
{
    /// <summary>How many messages a joining connection is shown.</summary>
    public const int HistoryLength = 50;

    /// <summary>Checks and stores a message, tells the room, and returns it. The same client id again returns what was stored.</summary>
    /// <returns>The message and whether it is new, or why not (<see cref="Refusals"/>).</returns>
    public async Task<(ChatMessage? Message, bool IsNew, string? Refusal)> PostAsync(string userId, string roomId, string content, string? clientId)
    {
        if (MessageDraft.Refuse(content, clientId) is { } refusal)
        {
            return (null, false, refusal);
        }

        var id = Identifiers.New();
        return await lane.RunAsync<(ChatMessage?, bool, string?)>(
            connection =>
            {
                if (!RoomQueries.Standing(connection, roomId, userId).Allows(RoomRight.TakePart))
                {
                    return (null, false, Refusals.AccessDenied);
                }

                if (clientId is not null && MessageQueries.FindByClientId(connection, roomId, userId, clientId) is { } stored)
                {
                    return (stored, false, null);
                }

                return (MessageQueries.Add(connection, id, roomId, userId, content, clientId, time.GetUtcNow().ToUnixTimeMilliseconds()), true, null);
            },
            outcome => outcome is { Item1: { } message, Item2: true } ? events.MessageStoredAsync(message) : ValueTask.CompletedTask);
    }

    /// <summary>Moves the user's read mark forward to a message, never back.</summary>
    /// <returns>The unread number after it, or null when the room has no such message or the user is no member.</returns>
    public async Task<int?> MarkReadAsync(string userId, string roomId, string messageId)
    {
        var (unread, _) = await lane.RunAsync<(int?, bool)>(
            connection =>
            {
                if (MessageQueries.Sequence(connection, roomId, messageId) is not { } sequence)
                {
                    return (null, false);
                }

                var moved = MessageQueries.MoveMark(connection, roomId, userId, sequence);
                return (RoomQueries.Unread(connection, roomId, userId), moved);
            },
            outcome => outcome is { Item1: { } left, Item2: true } ? events.ReadMarkMovedAsync(userId, roomId, left) : ValueTask.CompletedTask);
        return unread;
    }

    /// <summary>A page of history; null when <paramref name="before"/> is no message of the room.</summary>
    public MessagePage? Page(string roomId, string? before, int limit) => database.Read(connection => Page(connection, roomId, before, limit));

    private static MessagePage? Page(SqliteConnection connection, string roomId, string? before, int limit)
    {
        if (before is null)
        {
            return MessageQueries.Page(connection, roomId, before: null, limit);
        }

        return MessageQueries.Sequence(connection, roomId, before) is { } sequence ? MessageQueries.Page(connection, roomId, sequence, limit) : null;
    }
}
