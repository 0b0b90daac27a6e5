using Fanfare.Chat.Accounts;
using Fanfare.Chat.Storage;
using Fanfare.Chat.Text;
using Fanfare.Chat.Http;

namespace Fanfare.Chat.Rooms;

/// <summary>Invitations into rooms.</summary>
/// <remarks>Safe to call from any thread.</remarks>
public sealed class InvitationService(ChatDatabase database, WriteLane lane, IRoomEvents events, TimeProvider time)
{
    /// <summary>The user's open invitations, newest first.</summary>
    public IReadOnlyList<Invitation> Of(string userId) => database.Read(connection => InvitationQueries.Of(connection, userId));

    /// <summary>Invites a user by name.</summary>
    /// <returns>The invitation and whether it is new, or why not.</returns>
    public Task<(Invitation? Invitation, bool IsNew, Problem? Refusal)> InviteAsync(Caller caller, string roomId, DisplayName? name)
    {
        return lane.RunAsync<(Invitation?, bool, Problem?)>(
            connection =>
            {
                if (RoomQueries.Standing(connection, roomId, caller.UserId).Refuse(RoomRight.Invite) is { } refusal)
                {
                    return (null, false, refusal);
                }

                var userId = name is null ? null : InvitationQueries.UserByName(connection, name.Key);
                if (userId is null)
                {
                    return (null, false, Problem.Invalid("userName", "Nobody has this name."));
                }

                if (RoomQueries.Standing(connection, roomId, userId) >= RoomStanding.Member)
                {
                    return (null, false, Problem.Conflict("This user is a member already."));
                }

                if (InvitationQueries.Open(connection, roomId, userId) is { } open)
                {
                    return (open, false, null);
                }

                var id = Identifiers.New();
                InvitationQueries.Add(connection, id, roomId, userId, caller.UserId, Now);
                return (InvitationQueries.Find(connection, id), true, null);
            },
            outcome => outcome is { Item1: { } invitation, Item2: true } ? events.InvitedAsync(invitation) : ValueTask.CompletedTask);
    }

    /// <summary>Accepts an invitation of the caller; null when there is no such one.</summary>
    public async Task<Room?> AcceptAsync(Caller caller, string id)
    {
        var (room, _) = await lane.RunAsync<(Room?, bool)>(
            connection =>
            {
                if (InvitationQueries.Find(connection, id) is not { } invitation || invitation.UserId != caller.UserId)
                {
                    return (null, false);
                }

                InvitationQueries.Remove(connection, id);
                var isNew = RoomQueries.TryAddMember(connection, invitation.RoomId, caller.UserId, Now);
                return (RoomQueries.Get(connection, invitation.RoomId, caller.UserId), isNew);
            },
            outcome => outcome is { Item1: { } added, Item2: true } ? events.MemberAddedAsync(caller.UserId, added) : ValueTask.CompletedTask);
        return room;
    }

    /// <summary>Withdraws or declines an invitation; false when it is none of the caller's.</summary>
    public Task<bool> RemoveAsync(Caller caller, string id) => lane.RunAsync(connection =>
    {
        var isCallers = InvitationQueries.Find(connection, id) is { } invitation && (invitation.UserId == caller.UserId || invitation.InvitedBy.UserId == caller.UserId);
        if (isCallers)
        {
            InvitationQueries.Remove(connection, id);
        }

        return isCallers;
    });

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}
