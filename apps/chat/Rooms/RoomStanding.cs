namespace Fanfare.Chat.Rooms;

/// <summary>What a user is to a room.</summary>
public enum RoomStanding
{
    /// <summary>A stranger to a private room; a room that does not exist looks the same.</summary>
    Hidden,

    /// <summary>A stranger to a public room.</summary>
    Stranger,

    /// <summary>A member.</summary>
    Member,

    /// <summary>The member who made the room.</summary>
    Owner,
}
