namespace Fanfare.SocketIO.Protocol;

/// <summary>Why a peer's bytes were refused. Any of them ends the connection; none is an exception.</summary>
public enum ProtocolError : byte
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>Engine.IO: a packet without even a type.</summary>
    EmptyPacket,

    /// <summary>Engine.IO: a packet type other than 0 to 6.</summary>
    UnknownEnginePacketType,

    /// <summary>Engine.IO: a binary message in a polling body is not canonical base64 with padding.</summary>
    InvalidBase64,

    /// <summary>The bytes are not UTF-8.</summary>
    InvalidUtf8,

    /// <summary>A Socket.IO packet type other than 0 to 6, or none.</summary>
    UnknownPacketType,

    /// <summary>The attachment count is missing, no number, or zero.</summary>
    IllegalAttachmentCount,

    /// <summary>More attachments are announced than allowed.</summary>
    TooManyAttachments,

    /// <summary>Whitespace where the ack id may stand, or one above 2^53, where JavaScript no longer tells integers apart.</summary>
    IllegalAckId,

    /// <summary>The payload is missing or not of the shape that the packet type wants.</summary>
    IllegalPayload,

    /// <summary>The event bears a name that belongs to the protocol.</summary>
    ReservedEvent,

    /// <summary>A client sent a CONNECT_ERROR, which is for servers only.</summary>
    IllegalConnectError,

    /// <summary>The payload is not JSON.</summary>
    InvalidJson,

    /// <summary>The payload nests too deep.</summary>
    JsonTooDeep,

    /// <summary>An object of the payload names a key twice.</summary>
    DuplicateKey,

    /// <summary>The placeholders do not name each announced attachment exactly once.</summary>
    IllegalPlaceholder,

    /// <summary>A text message came while attachments were due.</summary>
    UnexpectedText,

    /// <summary>A binary message came that no packet announced.</summary>
    UnexpectedBinary,
}
