using Fanfare.Chat.Http;

namespace Fanfare.Chat.Rooms;

/// <summary>The one place that says who may do what with a room.</summary>
public static class RoomAccess
{
    /// <summary>Whether the standing gives the right.</summary>
    public static bool Allows(this RoomStanding standing, RoomRight right) => right switch
    {
        RoomRight.Read or RoomRight.Join => standing >= RoomStanding.Stranger,
        RoomRight.TakePart or RoomRight.Invite => standing >= RoomStanding.Member,
        RoomRight.RemoveAnother => standing == RoomStanding.Owner,
        _ => false,
    };

    /// <summary>The answer to a request without the right: 404 where the room is hidden, else 403; null when it has the right.</summary>
    public static Problem? Refuse(this RoomStanding standing, RoomRight right)
    {
        if (standing.Allows(right))
        {
            return null;
        }

        return standing == RoomStanding.Hidden ? Problem.NotFound : Problem.Forbidden;
    }
}
