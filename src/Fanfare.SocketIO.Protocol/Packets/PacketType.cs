namespace Fanfare.SocketIO.Protocol;

/// <summary>The packet types of Socket.IO; the value is the digit on the wire.</summary>
/// <remarks>Socket.IO v5, "Packet encoding".</remarks>
public enum PacketType : byte
{
    /// <summary>Opens a namespace, or accepts that.</summary>
    Connect,

    /// <summary>Leaves a namespace.</summary>
    Disconnect,

    /// <summary>An event.</summary>
    Event,

    /// <summary>The answer to an event.</summary>
    Ack,

    /// <summary>Refuses a namespace; from servers only.</summary>
    ConnectError,

    /// <summary>An event with attachments. Only on the wire: decoded, it is an <see cref="Event"/> that has some.</summary>
    BinaryEvent,

    /// <summary>An answer with attachments. Only on the wire: decoded, it is an <see cref="Ack"/> that has some.</summary>
    BinaryAck,
}
