using Fanfare.Chat.Messages;
using Fanfare.Chat.Rooms;
using Fanfare.Chat.Storage;

namespace Fanfare.Chat.Realtime;

/// <summary>The way into rooms, on every wire: a stranger to a public room becomes a member, and whoever comes in sees the newest messages first.</summary>
/// <remarks>
/// The end of the history is read at the request's place in the order of storing, and the connection comes in at the same place in the
/// order of telling: so each message is either in the history or comes later.
/// </remarks>
internal sealed class RoomEntries(WriteLane lane, ChatDatabase database, IRoomEvents events, TimeProvider time)
{
    /// <summary>Brings a connection into a room and shows it the history.</summary>
    /// <returns>Why not (<see cref="Refusals"/>), or null.</returns>
    public async Task<string?> EnterAsync(Connection connection, string room)
    {
        if (!FreePlaces(connection).Admit(room))
        {
            return await lane.RunAsync(stored => ChatRooms.IsChatRoom(room) && RoomQueries.Standing(stored, room, connection.UserId()).Allows(RoomRight.Join)
                ? Refusals.TooManyRooms
                : Refusals.AccessDenied);
        }

        var entries = await StoreAsync(connection, [room], async entries =>
        {
            await TellAsync(connection, entries);
            if (entries[0].Refusal is null)
            {
                await connection.JoinAsync(room);
                await connection.Self.Transient.EmitAsync("room_history", HistoryOf(entries[0]));
            }
        });
        return entries[0].Refusal;
    }

    /// <summary>The step around the joins that a wire serves by itself.</summary>
    public async ValueTask EnterAsync(JoinRequest request, Func<ValueTask> next)
    {
        // Of a room that has no place any more nothing is stored; the wire refuses it by the same count.
        var places = FreePlaces(request.Connection);
        var entering = Task.CompletedTask;
        var entries = await StoreAsync(request.Connection, [.. request.Rooms.Where(places.Admit)], async entries =>
        {
            foreach (var entry in entries.Where(entry => entry.Refusal is not null))
            {
                request.Refuse(entry.Room);
            }

            await TellAsync(request.Connection, entries);

            // The connection is in its rooms when the call returns, and held; to show it what it missed takes the time that it takes
            // to read, for which nobody else must wait.
            entering = next().AsTask();
        });
        await entering;
        foreach (var join in request.Joins.Where(join => join is { IsRefused: false, IsRecovered: not true }))
        {
            request.Send("room_history", HistoryOf(entries.First(entry => entry.Room == join.Room)));
        }
    }

    private static Places FreePlaces(Connection connection) => new(connection, ChatRooms.MaximumPerConnection - ChatRooms.OfConnection(connection).Count());

    private Task<List<RoomEntry>> StoreAsync(Connection connection, List<string> rooms, Func<List<RoomEntry>, ValueTask> stored)
    {
        var (userId, now) = (connection.UserId(), time.GetUtcNow().ToUnixTimeMilliseconds());
        return lane.RunAsync(database => rooms.ConvertAll(room => RoomEntry.Store(database, room, userId, now)), stored);
    }

    private async ValueTask TellAsync(Connection connection, List<RoomEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.Added is { } added)
            {
                await events.MemberAddedAsync(connection.UserId(), added);
            }
        }
    }

    private RoomHistory HistoryOf(RoomEntry entry) =>
        new(entry.Room, database.Read(connection => MessageQueries.Page(connection, entry.Room, entry.End + 1, MessageService.HistoryLength)).Messages);

    private sealed class Places(Connection connection, int free)
    {
        private int _free = free;

        public bool Admit(string room) => connection.HasEntered(room) || --_free >= 0;
    }
}
