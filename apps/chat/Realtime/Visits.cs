using Fanfare.Chat.Storage;
using Fanfare.ServerSentEvents;

namespace Fanfare.Chat.Realtime;

/// <summary>Who is in which room: tells the others of a user's first connection that came in, and of the last that left. To read a room as a stream is no visit.</summary>
internal sealed class Visits
{
    private readonly Namespace _chat;
    private readonly EventQueue _events;
    private readonly Typing _typing;

    // Touched by steps of the queue only.
    private readonly Dictionary<(string Room, string User), int> _connections = [];

    public Visits(Namespace chat, EventQueue events, Typing typing)
    {
        _chat = chat;
        _events = events;
        _typing = typing;
    }

    public void Watch()
    {
        _chat.Joined += (connection, room) => Post(connection, room, EnterAsync);
        _chat.Left += (connection, room) => Post(connection, room, LeaveAsync);
    }

    private void Post(Connection connection, string room, Func<Connection, string, ValueTask> step)
    {
        if (ChatRooms.IsChatRoom(room) && connection is not StreamConnection)
        {
            _events.Post(() => step(connection, room));
        }
    }

    private async ValueTask EnterAsync(Connection connection, string room)
    {
        var key = (room, connection.UserId());
        var count = _connections.GetValueOrDefault(key) + 1;
        _connections[key] = count;
        if (count == 1)
        {
            await TellAsync("user_joined", connection, room);
        }
    }

    private async ValueTask LeaveAsync(Connection connection, string room)
    {
        await _typing.EndOfAsync(connection, room);
        var key = (room, connection.UserId());
        var count = _connections.GetValueOrDefault(key) - 1;
        if (count > 0)
        {
            _connections[key] = count;
        }
        else if (_connections.Remove(key))
        {
            await TellAsync("user_left", connection, room);
        }
    }

    private async ValueTask TellAsync(string @event, Connection connection, string room) =>
        await _chat.ToOthers(room, connection.UserId()).EmitAsync(@event, new RoomUser(room, connection.UserId(), connection.UserName()));
}
