namespace Fanfare;

/// <summary>How a broadcast is to be treated on its way.</summary>
[Flags]
public enum BroadcastFlags
{
    /// <summary>Like any other: to all nodes, kept in the log.</summary>
    None = 0,

    /// <summary>Only to the connections of this node.</summary>
    Local = 1,

    /// <summary>May be dropped for a receiver that cannot take it at once; never kept.</summary>
    Volatile = 2,

    /// <summary>Delivered like any other, never kept.</summary>
    Transient = 4,

    /// <summary>Not worth compressing.</summary>
    Uncompressed = 8,
}
