using Fanfare.Chat.Rooms;
using Fanfare.Chat.Storage;

namespace Fanfare.Chat.Realtime;

/// <summary>Tells members who are online but elsewhere how much they have not read. Several messages close together are told as one number, the newest.</summary>
/// <remarks>Methods are called by steps of the <see cref="EventQueue"/> only: so the numbers told and those of a moved mark come in one order.</remarks>
internal sealed class UnreadNotices(Namespace chat, EventQueue events, TimingWheel wheel, ChatDatabase database, Presence presence)
{
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(50);

    // The author of what is new in a room, or null when there are several.
    private readonly Dictionary<string, string?> _news = new(StringComparer.Ordinal);
    private Tell? _tell;

    public void MessageStored(string room, string author)
    {
        _news[room] = _news.TryGetValue(room, out var other) && other != author ? null : author;
        _tell ??= new Tell(this);
        if (!_tell.IsScheduled)
        {
            wheel.Schedule(_tell, Gathering);
        }
    }

    public async ValueTask MarkMovedAsync(string userId, string room, int unread) => await chat.ToUser(userId).EmitAsync("unread", new UnreadChange(room, unread));

    /// <summary>Tells what has gathered.</summary>
    public async ValueTask TellAsync()
    {
        var news = _news.ToArray();
        _news.Clear();
        foreach (var (room, author) in news)
        {
            var users = presence.UsersElsewhere(room).Where(user => user != author).ToList();
            if (users.Count == 0)
            {
                continue;
            }

            var counts = database.Read(connection => users.ConvertAll(user => RoomQueries.Unread(connection, room, user)));
            foreach (var (user, count) in users.Zip(counts))
            {
                if (count is { } unread)
                {
                    await chat.ToUser(user).Except(room).EmitAsync("unread", new UnreadChange(room, unread));
                }
            }
        }
    }

    private sealed class Tell(UnreadNotices notices) : Deadline
    {
        protected override void OnDue() => notices.PostTell();
    }

    private void PostTell() => events.Post(TellAsync);
}
