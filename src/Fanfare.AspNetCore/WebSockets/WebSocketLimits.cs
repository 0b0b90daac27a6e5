namespace Fanfare.AspNetCore;

/// <summary>What a WebSocket accepts and how long it waits. One object serves all connections of an endpoint; do not change one that is in use.</summary>
public sealed class WebSocketLimits
{
    /// <summary>The largest message in bytes, all its fragments together; more is answered with 1009 as soon as it is announced. Default 1,000,000.</summary>
    public int MaxMessageBytes { get; set; } = 1_000_000;

    /// <summary>How many frames a message may come in. Default 1,024.</summary>
    public int MaxFragments { get; set; } = 1024;

    /// <summary>How long a message may take from its first byte to its last, not counting pauses of ours; after it the connection is closed with 1008. Default 30 s.</summary>
    public TimeSpan MessageTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a close may take: sending what waits and the peer's own close frame. After it the connection is aborted. Default 1.5 s, so that a client that says nothing at all is gone 12 s after it connected.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>Whether frames may be written straight to the socket where that is possible (Linux, HTTP/1.1 without TLS). Default <see langword="true"/>.</summary>
    public bool AllowDirectWrites { get; set; } = true;

    /// <summary>Whether the close frame that answers a broken rule says in words what was broken. Default <see langword="true"/>.</summary>
    public bool ExplainsErrors { get; set; } = true;
}
