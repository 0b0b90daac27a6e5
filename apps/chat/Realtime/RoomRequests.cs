using Fanfare.Chat.Messages;
using Fanfare.Chat.Storage;

namespace Fanfare.Chat.Realtime;

/// <summary>What a connection may ask about a room. Each method returns why it is refused (<see cref="Refusals"/>), or null.</summary>
internal sealed class RoomRequests(EventQueue events, RoomEntries entries, MessageService messages, Typing typing)
{
    public Task<string?> JoinAsync(Connection connection, string roomId) => entries.EnterAsync(connection, roomId);

    public async Task<string?> LeaveAsync(Connection connection, string roomId)
    {
        if (!connection.HasEntered(roomId))
        {
            return Refusals.AccessDenied;
        }

        await events.RunAsync(() => connection.LeaveAsync(roomId));
        return null;
    }

    public async Task<string?> StartTypingAsync(Connection connection, string roomId)
    {
        // Looked at within the step: a mark set after the connection left would have nobody to end it.
        var isIn = false;
        await events.RunAsync(() => (isIn = connection.HasEntered(roomId)) ? typing.StartAsync(connection, roomId) : ValueTask.CompletedTask);
        return isIn ? null : Refusals.AccessDenied;
    }

    public async Task<string?> StopTypingAsync(Connection connection, string roomId)
    {
        var isIn = false;
        await events.RunAsync(() => (isIn = connection.HasEntered(roomId)) ? typing.StopAsync(connection.UserId(), roomId) : ValueTask.CompletedTask);
        return isIn ? null : Refusals.AccessDenied;
    }

    public async Task<(ChatMessage? Message, string? Refusal)> PostAsync(Connection connection, string roomId, string content, string? clientId)
    {
        if (!connection.HasEntered(roomId))
        {
            return (null, Refusals.AccessDenied);
        }

        var (message, _, refusal) = await messages.PostAsync(connection.UserId(), roomId, content, clientId);
        return (message, refusal);
    }

    public async Task<(int Unread, string? Refusal)> MarkReadAsync(Connection connection, string roomId, string messageId)
    {
        if (!connection.HasEntered(roomId))
        {
            return (0, Refusals.AccessDenied);
        }

        return await messages.MarkReadAsync(connection.UserId(), roomId, messageId) is { } unread ? (unread, null) : (0, Refusals.UnknownMessage);
    }
}
