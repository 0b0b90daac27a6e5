using System.Collections.Concurrent;
using Fanfare.Chat.Configuration;
using Fanfare.Chat.Rooms;
using Fanfare.Chat.Storage;

namespace Fanfare.Chat.Realtime;

/// <summary>
/// Who is online: per user, not per connection, on whatever wire. A stream of one's own events is a connection too; one that only reads
/// rooms is not. A user without a connection stays online for a moment, so that a reload is no absence.
/// </summary>
internal sealed class Presence(Namespace chat, EventQueue events, TimingWheel wheel, ChatDatabase database, ChatOptions options) : IPresence
{
    // Changed by steps of the queue only; read from any thread.
    private readonly ConcurrentDictionary<string, Visitor> _online = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool IsOnline(string userId) => _online.ContainsKey(userId);

    public void Watch()
    {
        chat.Entered += connection => events.Post(() => CameAsync(connection));
        chat.Ended += (connection, _) => events.Post(() => WentAsync(connection));
    }

    /// <summary>Users online with a connection that is not in the room. Only within a step of the queue.</summary>
    public IEnumerable<string> UsersElsewhere(string room) =>
        _online.Where(entry => entry.Value.Connections.Any(connection => !connection.IsIn(room))).Select(entry => entry.Key);

    private async ValueTask CameAsync(Connection connection)
    {
        var userId = connection.UserId();
        if (connection.IsClosed || !connection.IsIn(User.RoomOf(userId)))
        {
            return;
        }

        if (_online.TryGetValue(userId, out var visitor))
        {
            wheel.Cancel(visitor);
            visitor.Connections.Add(connection);
            return;
        }

        visitor = new Visitor(this, userId, connection.UserName());
        visitor.Connections.Add(connection);
        _online[userId] = visitor;
        await TellAsync(visitor, online: true);
    }

    private ValueTask WentAsync(Connection connection)
    {
        if (_online.TryGetValue(connection.UserId(), out var visitor) && visitor.Connections.Remove(connection) && visitor.Connections.Count == 0)
        {
            visitor.AwaySince = wheel.Time.GetTimestamp();
            wheel.Schedule(visitor, options.OfflineDelay);
        }

        return ValueTask.CompletedTask;
    }

    // By a step, and only if no connection came before it.
    private void PostOffline(Visitor visitor) => events.Post(async () =>
    {
        if (visitor.Connections.Count == 0 && wheel.Time.GetElapsedTime(visitor.AwaySince) >= options.OfflineDelay && _online.TryRemove(KeyValuePair.Create(visitor.UserId, visitor)))
        {
            await TellAsync(visitor, online: false);
        }
    });

    private async ValueTask TellAsync(Visitor visitor, bool online)
    {
        var rooms = database.Read(connection => RoomQueries.RoomsOf(connection, visitor.UserId));
        if (rooms.Count > 0)
        {
            await chat.To(rooms).Transient.EmitAsync("presence", new PresenceChange(visitor.UserId, visitor.UserName, online));
        }
    }

    private sealed class Visitor(Presence presence, string userId, string userName) : Deadline
    {
        public string UserId { get; } = userId;

        public string UserName { get; } = userName;

        public HashSet<Connection> Connections { get; } = [];

        public long AwaySince { get; set; }

        protected override void OnDue() => presence.PostOffline(this);
    }
}
