using Fanfare.Chat.Messages;
using Fanfare.Chat.Rooms;
using Microsoft.Data.Sqlite;

namespace Fanfare.Chat.Realtime;

/// <summary>A user's entry into a room, as it was stored.</summary>
/// <param name="Room">The room's name.</param>
/// <param name="Refusal">Why not (<see cref="Refusals"/>), or null.</param>
/// <param name="Added">The room, when the user became a member by this.</param>
/// <param name="End">The place in the order of storing up to which messages are history; those after it come live.</param>
internal sealed record RoomEntry(string Room, string? Refusal, Room? Added, long End)
{
    /// <summary>Looks at the right and makes a stranger to a public room a member. A write of the lane.</summary>
    public static RoomEntry Store(SqliteConnection database, string room, string userId, long now)
    {
        var standing = ChatRooms.IsChatRoom(room) ? RoomQueries.Standing(database, room, userId) : RoomStanding.Hidden;
        if (!standing.Allows(RoomRight.Join))
        {
            return new RoomEntry(room, Refusals.AccessDenied, Added: null, End: 0);
        }

        var isNew = RoomQueries.TryAddMember(database, room, userId, now);
        return new RoomEntry(room, Refusal: null, isNew ? RoomQueries.Get(database, room, userId) : null, MessageQueries.End(database, room));
    }
}
