namespace Fanfare.SocketIO.Protocol;

/// <summary>The packet types of Engine.IO; the value is the digit on the wire.</summary>
/// <remarks>Engine.IO v4, "Protocol".</remarks>
public enum EnginePacketType : byte
{
    /// <summary>The handshake, from the server.</summary>
    Open,

    /// <summary>The session ends.</summary>
    Close,

    /// <summary>A heartbeat, from the server; or <c>probe</c> from the client in an upgrade.</summary>
    Ping,

    /// <summary>The answer to <see cref="Ping"/>.</summary>
    Pong,

    /// <summary>A message of the protocol above.</summary>
    Message,

    /// <summary>The client moves to the transport that it probed.</summary>
    Upgrade,

    /// <summary>Nothing; it answers a poll that must end.</summary>
    Noop,
}
