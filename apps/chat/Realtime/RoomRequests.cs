using Fanfare.Chat.Messages;
using Fanfare.Chat.Rooms;
using Fanfare.Chat.Storage;

namespace Fanfare.Chat.Realtime;

/// <summary>What a connection may ask about a room. Each method returns why it is refused (<see cref="Refusals"/>), or null.</summary>
internal sealed class RoomRequests(EventQueue events, WriteLane lane, MessageService messages, IRoomEvents roomEvents, Typing typing, TimeProvider time)
{
    /// <summary>Goes into a room, as a new member if need be, and shows it the newest messages.</summary>
    /// <remarks>
    /// The history is read at this request's place in the order of storing, and the connection comes in at the same place in the order of
    /// telling: so each message is either in the history or comes later.
    /// </remarks>
    public async Task<string?> JoinAsync(Connection connection, string roomId)
    {
        var (userId, isFull) = (connection.UserId(), !connection.HasEntered(roomId) && ChatRooms.OfConnection(connection).Count() >= ChatRooms.MaximumPerConnection);
        var (refusal, _, _) = await lane.RunAsync<(string?, Room?, MessagePage?)>(
            database =>
            {
                var standing = ChatRooms.IsChatRoom(roomId) ? RoomQueries.Standing(database, roomId, userId) : RoomStanding.Hidden;
                if (!standing.Allows(RoomRight.Join))
                {
                    return (Refusals.AccessDenied, null, null);
                }

                if (isFull)
                {
                    return (Refusals.TooManyRooms, null, null);
                }

                var isNew = RoomQueries.TryAddMember(database, roomId, userId, time.GetUtcNow().ToUnixTimeMilliseconds());
                return (null, isNew ? RoomQueries.Get(database, roomId, userId) : null, MessageQueries.Page(database, roomId, before: null, MessageService.HistoryLength));
            },
            outcome => outcome.Item3 is { } history ? EnterAsync(connection, roomId, outcome.Item2, history) : ValueTask.CompletedTask);
        return refusal;
    }

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

    private async ValueTask EnterAsync(Connection connection, string roomId, Room? added, MessagePage history)
    {
        if (added is not null)
        {
            await roomEvents.MemberAddedAsync(connection.UserId(), added);
        }

        await connection.JoinAsync(roomId);
        await connection.Self.Transient.EmitAsync("room_history", new RoomHistory(roomId, history.Messages));
    }
}
