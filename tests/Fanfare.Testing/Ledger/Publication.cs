namespace Fanfare.Testing;

/// <summary>One message as it was published, from the moment before it was sent to the moment its sender knew that it was taken.</summary>
public sealed class Publication
{
    internal Publication(string room, string publisher, long sequence, ulong hash, long begin)
    {
        (Room, Publisher, Sequence, Hash, Begin) = (room, publisher, sequence, hash, begin);
    }

    public string Room { get; }

    /// <summary>Order is promised within a room and publisher; where there is one, its name is empty.</summary>
    public string Publisher { get; }

    /// <summary>Its place among those of its room and publisher.</summary>
    public long Sequence { get; }

    /// <summary>The cursor that its sender was given, if any.</summary>
    public string? Cursor { get; internal set; }

    internal ulong Hash { get; }

    internal long Begin { get; }

    /// <summary><see cref="long.MaxValue"/> while nobody knows that it was taken: then nobody must receive it, and everybody may.</summary>
    internal long End { get; set; } = long.MaxValue;
}
