namespace Fanfare;

/// <summary>How much a namespace's log keeps. An entry goes as soon as one bound is passed.</summary>
public sealed class HistoryLimits
{
    /// <summary>Whether anything is kept at all. Default true.</summary>
    public bool IsEnabled { get; set; } = true;

    /// <summary>Messages per room; an entry goes when it is over the count in each of its rooms. Default 1,000.</summary>
    public int MaxCountPerRoom { get; set; } = 1000;

    /// <summary>Age of the oldest message. Default 5 minutes.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Bytes of the whole namespace. Default 64 MiB.</summary>
    public long MaxBytes { get; set; } = 64 * 1024 * 1024;
}
