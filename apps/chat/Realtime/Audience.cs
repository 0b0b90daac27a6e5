namespace Fanfare.Chat.Realtime;

/// <summary>Whom the chat speaks to. Nothing of this is kept for a replay, which would make ghosts of it: after a break clients fetch anew.</summary>
internal static class Audience
{
    /// <summary>The connections in a room that belong to other users.</summary>
    public static BroadcastOperator ToOthers(this Namespace chat, string room, string userId) =>
        chat.To(room).Except([User.RoomOf(userId), User.SilentRoomOf(userId)]).Transient;

    /// <summary>All connections of a user.</summary>
    public static BroadcastOperator ToUser(this Namespace chat, string userId) => chat.To(User.RoomOf(userId)).Transient;
}
