namespace Fanfare;

/// <summary>Who should hear a broadcast: rooms, excepted rooms, flags. Immutable.</summary>
/// <param name="rooms">Whoever is in one of these; none means everybody in the namespace.</param>
/// <param name="except">But not who is in one of these. A connection's own id is a room, so this excepts single connections too.</param>
/// <param name="flags">How it is treated.</param>
public sealed class BroadcastTarget(string[] rooms, string[] except, BroadcastFlags flags = BroadcastFlags.None)
{
    /// <summary>Everybody in the namespace.</summary>
    public static BroadcastTarget Everybody { get; } = new([], []);

    /// <summary>Whoever is in one of these; none means everybody.</summary>
    public IReadOnlyList<string> Rooms => RoomNames;

    /// <summary>But not who is in one of these.</summary>
    public IReadOnlyList<string> Except => ExceptNames;

    /// <summary>How it is treated.</summary>
    public BroadcastFlags Flags { get; } = flags;

    internal string[] RoomNames { get; } = rooms;

    internal string[] ExceptNames { get; } = except;

    /// <summary>Whether the log may keep what is sent to this target.</summary>
    public bool MayBeKept => (Flags & (BroadcastFlags.Volatile | BroadcastFlags.Transient | BroadcastFlags.Local)) == 0;

    /// <summary>Whether all of <paramref name="flags"/> are set.</summary>
    public bool Has(BroadcastFlags flags) => (Flags & flags) == flags;

    /// <summary>The same target with one more room.</summary>
    public BroadcastTarget In(string room) => RoomNames.Contains(room) ? this : new([.. RoomNames, room], ExceptNames, Flags);

    /// <summary>The same target with more rooms.</summary>
    public BroadcastTarget In(IEnumerable<string> rooms) => new([.. RoomNames.Union(rooms)], ExceptNames, Flags);

    /// <summary>The same target without who is in these rooms.</summary>
    public BroadcastTarget Without(IEnumerable<string> rooms) => new(RoomNames, [.. ExceptNames, .. rooms], Flags);

    /// <summary>The same target with more flags.</summary>
    public BroadcastTarget With(BroadcastFlags flags) => new(RoomNames, ExceptNames, Flags | flags);
}
