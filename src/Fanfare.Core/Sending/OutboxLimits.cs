namespace Fanfare;

/// <summary>How much may wait for one slow reader. Zero, a negative value or the type's maximum means no bound.</summary>
/// <remarks>Read at every frame, shared by many outboxes; do not change one that is in use.</remarks>
public sealed class OutboxLimits
{
    /// <summary>Bytes that may wait; a single frame above it is still taken when nothing waits. Default 1 MiB.</summary>
    public int MaxBytes { get; set; } = 1024 * 1024;

    /// <summary>Frames that may wait. Default 1,024.</summary>
    public int MaxCount { get; set; } = 1024;

    /// <summary>How long the oldest frame may wait. Default 10 s.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromSeconds(10);
}
