namespace Fanfare;

/// <summary>Why not everything after a position can be replayed.</summary>
public enum GapReason
{
    /// <summary>Nothing is missing.</summary>
    None,

    /// <summary>Entries were dropped because there were too many, or too many bytes.</summary>
    Trimmed,

    /// <summary>Entries were dropped because they were too old.</summary>
    Expired,

    /// <summary>The position is unreadable, or of another life of the log.</summary>
    Epoch,

    /// <summary>A room may not be read any more.</summary>
    Forbidden,
}

/// <summary>The words by which clients know the reasons.</summary>
public static class GapReasonNames
{
    /// <summary>The word on every wire: <c>trimmed</c>, <c>expired</c>, <c>epoch</c> or <c>forbidden</c>; empty for none.</summary>
    public static string ToWireName(this GapReason reason) => reason switch
    {
        GapReason.Trimmed => "trimmed",
        GapReason.Expired => "expired",
        GapReason.Epoch => "epoch",
        GapReason.Forbidden => "forbidden",
        _ => string.Empty,
    };
}
