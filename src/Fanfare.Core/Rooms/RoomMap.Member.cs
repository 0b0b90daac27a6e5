namespace Fanfare;

/// <summary>One member of a namespace, as its rooms see it: an id and a way to be told something. Its rooms are kept by <see cref="RoomMap"/>.</summary>
public abstract class Member
{
    /// <summary>Makes a member.</summary>
    /// <param name="id">Its id, which is also the name of its own room.</param>
    protected Member(string id)
    {
        Id = id;
    }

    /// <summary>The id: unique in the namespace, and the name of the room that only this member is in.</summary>
    public string Id { get; }

    /// <summary>Whether it is told what goes to the whole namespace. Default true.</summary>
    internal protected virtual bool HearsEverybody => true;

    /// <summary>Where the member stands in its rooms; written under the map's lock only.</summary>
    internal RoomMap.Seat[] Seats { get; set; } = [];

    /// <summary>How many of <see cref="Seats"/> are taken; -1 once the member has left the namespace for good.</summary>
    internal int SeatCount { get; set; }

    /// <summary>The member's place among all members of the namespace.</summary>
    internal int Index { get; set; } = -1;

    /// <summary>The last broadcast that was matched with this member, so that none reaches it twice.</summary>
    internal long LastMatch { get; set; }

    /// <summary>The rooms it was in when it was removed or replaced; <see langword="null"/> before. Set under the map's lock.</summary>
    internal string[]? FinalRooms { get; set; }

    /// <summary>Told under the map's lock that it came into a room or left one, but not that it was removed from all.</summary>
    internal virtual void OnMoved(string room, bool isIn)
    {
    }

    /// <summary>Queues a message for the member, without waiting for it. Called in the order of the namespace, under its lock: it must not call user code.</summary>
    /// <returns>Whether the member will be sent it.</returns>
    internal protected abstract bool Deliver(EncodedMessage message);
}
