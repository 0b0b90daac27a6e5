using Fanfare.Chat.Accounts;
using Fanfare.Chat.Storage;
using Fanfare.Chat.Text;
using Fanfare.Chat.Http;

namespace Fanfare.Chat.Rooms;

/// <summary>Rooms and their members.</summary>
/// <remarks>Safe to call from any thread. Rights are looked at inside the write, so that none is used after it was lost.</remarks>
public sealed class RoomService(ChatDatabase database, WriteLane lane, IRoomEvents events, TimeProvider time)
{
    /// <summary>What the user is to the room.</summary>
    public RoomStanding StandingOf(string userId, string roomId) => database.Read(connection => RoomQueries.Standing(connection, roomId, userId));

    /// <summary>All public rooms and those of the user.</summary>
    public IReadOnlyList<Room> List(string userId) => database.Read(connection => RoomQueries.List(connection, userId));

    /// <summary>The room as the user sees it; null when it is hidden.</summary>
    public Room? Find(string userId, string roomId) => database.Read(connection =>
        RoomQueries.Standing(connection, roomId, userId).Allows(RoomRight.Read) ? RoomQueries.Get(connection, roomId, userId) : null);

    /// <summary>The members, by name; null when the room is hidden.</summary>
    public IReadOnlyList<Member>? Members(string userId, string roomId, IPresence presence)
    {
        var rows = database.Read(connection => RoomQueries.Standing(connection, roomId, userId).Allows(RoomRight.Read) ? RoomQueries.Members(connection, roomId) : null);
        return rows?.ConvertAll(row => new Member(row.UserId, row.UserName, row.IsOwner != 0 ? "owner" : "member", presence.IsOnline(row.UserId)));
    }

    /// <summary>Makes a room that the caller owns; null when a public one has this name.</summary>
    public Task<Room?> CreateAsync(Caller caller, DisplayName name, bool isPrivate)
    {
        var id = Identifiers.New();
        return lane.RunAsync(
            connection =>
            {
                if (!RoomQueries.TryAdd(connection, id, name, isPrivate, caller.UserId, Now))
                {
                    return null;
                }

                RoomQueries.TryAddMember(connection, id, caller.UserId, Now);
                return RoomQueries.Get(connection, id, caller.UserId);
            },
            async room =>
            {
                if (room is null)
                {
                    return;
                }

                if (!room.IsPrivate)
                {
                    await events.RoomCreatedAsync(room with { Role = null });
                }

                await events.MemberAddedAsync(caller.UserId, room);
            });
    }

    /// <summary>Ends a membership: one's own, or as the owner somebody else's.</summary>
    /// <returns>Why not, or null when it is done.</returns>
    public Task<Problem?> RemoveMemberAsync(Caller caller, string roomId, string userId)
    {
        return lane.RunAsync(
            connection =>
            {
                var standing = RoomQueries.Standing(connection, roomId, caller.UserId);
                if (standing.Refuse(userId == caller.UserId ? RoomRight.Read : RoomRight.RemoveAnother) is { } refusal)
                {
                    return refusal;
                }

                if (userId == caller.UserId && standing == RoomStanding.Owner)
                {
                    return Problem.Conflict("The owner cannot leave the room.");
                }

                if (!RoomQueries.RemoveMember(connection, roomId, userId))
                {
                    return Problem.NotFound;
                }

                // One from before the user joined was answered by that: it must not come back with the end of the membership.
                InvitationQueries.RemoveOf(connection, roomId, userId);
                return null;
            },
            refusal => refusal is null ? events.MemberRemovedAsync(userId, roomId) : ValueTask.CompletedTask);
    }

    /// <summary>Gives an empty database public rooms without an owner.</summary>
    public Task SeedAsync(params IReadOnlyList<string> names) => lane.RunAsync(connection =>
    {
        if (RoomQueries.IsEmpty(connection))
        {
            foreach (var name in names)
            {
                RoomQueries.TryAdd(connection, Identifiers.New(), DisplayName.TryCreate(name, DisplayName.MaximumOfRoom)!, isPrivate: false, ownerId: null, Now);
            }
        }

        return true;
    });

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}
