namespace Fanfare;

/// <summary>How much one connection may ask of the server.</summary>
public sealed class ConnectionLimits
{
    /// <summary>Rooms a connection may be in, its own and its user's not counted. Default 128.</summary>
    public int MaxRooms { get; set; } = 128;

    /// <summary>Connections that one user may have in a namespace. Default 20; zero: no limit.</summary>
    public int MaxConnectionsPerUser { get; set; } = 20;

    /// <summary>Events that wait for their handler before the connection is read no further. Default 256.</summary>
    public int MaxWaitingEvents { get; set; } = 256;

    /// <summary>Bytes that may wait for a connection of the namespace, where it should be less than the server's own bound. Default zero: no bound of its own.</summary>
    public long MaxQueuedBytes { get; set; }

    /// <summary>Messages that wait while a connection is shown what it missed; one that needs longer is closed as a slow consumer. Default 4,096.</summary>
    public int MaxHeldMessages { get; set; } = 4096;

    /// <summary>How long a handler may run before the next one starts without it and its ack is an error. Default 30 s; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</summary>
    public TimeSpan HandlerTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
