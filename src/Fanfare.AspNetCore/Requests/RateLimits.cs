namespace Fanfare.AspNetCore;

/// <summary>How much one connection may send. One object serves all connections of an endpoint; do not change one that is in use.</summary>
/// <remarks>Product, section 10 "What a limit answers".</remarks>
public sealed class RateLimits
{
    /// <summary>Messages a second, in the long run. Default 50; zero: no limit.</summary>
    public double MaxMessagesPerSecond { get; set; } = 50;

    /// <summary>Messages that may come at once. Default 100.</summary>
    public double MessageBurst { get; set; } = 100;

    /// <summary>Bytes a second, in the long run. Default 256 KiB; zero: no limit.</summary>
    public double MaxBytesPerSecond { get; set; } = 256 * 1024;

    /// <summary>How long a client may be over a rate without a break before it is closed. Default 10 s.</summary>
    public TimeSpan Tolerance { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether there is any limit.</summary>
    public bool IsUnlimited => MaxMessagesPerSecond <= 0 && MaxBytesPerSecond <= 0;
}
