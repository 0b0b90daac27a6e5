using Fanfare.Chat.Storage;

namespace Fanfare.Chat.Realtime;

/// <summary>Who is typing where. A mark ends by itself 5 s after the last sign of typing, and with the connection that set it.</summary>
/// <remarks>All methods are called by steps of the <see cref="EventQueue"/> only. Marks are deadlines on the server's timing wheel: none owns a timer.</remarks>
internal sealed class Typing(Namespace chat, EventQueue events, TimingWheel wheel)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);
    private readonly Dictionary<(string Room, string User), Mark> _marks = [];

    public async ValueTask StartAsync(Connection connection, string room)
    {
        var key = (room, connection.UserId());
        if (!_marks.TryGetValue(key, out var mark))
        {
            _marks[key] = mark = new Mark(this, room, connection.UserId());
        }

        mark.Connection = connection;
        mark.SetAt = wheel.Time.GetTimestamp();
        wheel.Schedule(mark, Lifetime);
        await chat.ToOthers(room, connection.UserId()).EmitAsync("user_typing", new RoomUser(room, connection.UserId(), connection.UserName()));
    }

    public async ValueTask StopAsync(string userId, string room)
    {
        if (_marks.Remove((room, userId), out var mark))
        {
            wheel.Cancel(mark);
            await chat.ToOthers(room, userId).EmitAsync("user_stopped_typing", new StoppedTyping(room, userId));
        }
    }

    /// <summary>Ends the mark that this connection set, if it did.</summary>
    public ValueTask EndOfAsync(Connection connection, string room) =>
        _marks.TryGetValue((room, connection.UserId()), out var mark) && ReferenceEquals(mark.Connection, connection) ? StopAsync(connection.UserId(), room) : ValueTask.CompletedTask;

    // By a step, and only if no newer sign of typing came before it.
    private void PostEnd(Mark mark) => events.Post(() =>
        _marks.GetValueOrDefault((mark.Room, mark.UserId)) == mark && wheel.Time.GetElapsedTime(mark.SetAt) >= Lifetime ? StopAsync(mark.UserId, mark.Room) : ValueTask.CompletedTask);

    private sealed class Mark(Typing typing, string room, string userId) : Deadline
    {
        public string Room { get; } = room;

        public string UserId { get; } = userId;

        public Connection? Connection { get; set; }

        public long SetAt { get; set; }

        protected override void OnDue() => typing.PostEnd(this);
    }
}
