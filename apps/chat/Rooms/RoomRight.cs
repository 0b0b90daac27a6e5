namespace Fanfare.Chat.Rooms;

/// <summary>What one may want to do with a room.</summary>
public enum RoomRight
{
    /// <summary>See the room, its messages and members.</summary>
    Read,

    /// <summary>Come in with a connection (a stranger to a public room becomes a member).</summary>
    Join,

    /// <summary>Write, move the read mark.</summary>
    TakePart,

    /// <summary>Invite somebody.</summary>
    Invite,

    /// <summary>End somebody else's membership.</summary>
    RemoveAnother,
}
