namespace Fanfare.AspNetCore;

/// <summary>How a WebSocket came to its end.</summary>
public enum WebSocketEndKind
{
    /// <summary>The peer sent a close frame.</summary>
    ClosedByPeer,

    /// <summary>The server closed it.</summary>
    ClosedByServer,

    /// <summary>The peer broke a rule of RFC 6455, or sent invalid UTF-8; the code tells which.</summary>
    ProtocolError,

    /// <summary>The peer sent, or announced, more than a message may have (1009).</summary>
    TooBig,

    /// <summary>The connection broke, was aborted, or ended without a close frame.</summary>
    Aborted,
}
