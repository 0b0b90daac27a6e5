namespace Fanfare.Chat.Rooms;

/// <summary>Who must hear of changes to rooms. Called in the order of storing, after the change is on the disk.</summary>
public interface IRoomEvents
{
    /// <summary>A public room was made.</summary>
    /// <param name="room">The room as a stranger sees it.</param>
    ValueTask RoomCreatedAsync(Room room);

    /// <summary>A user became a member.</summary>
    /// <param name="userId">The new member.</param>
    /// <param name="room">The room as the new member sees it.</param>
    ValueTask MemberAddedAsync(string userId, Room room);

    /// <summary>A membership ended.</summary>
    ValueTask MemberRemovedAsync(string userId, string roomId);

    /// <summary>A user was invited.</summary>
    ValueTask InvitedAsync(Invitation invitation);
}
