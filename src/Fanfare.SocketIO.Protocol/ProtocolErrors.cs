using Fanfare.Json;

namespace Fanfare.SocketIO.Protocol;

/// <summary>What the values of <see cref="ProtocolError"/> mean.</summary>
public static class ProtocolErrors
{
    /// <summary>A sentence for logs that repeats nothing of what the peer sent.</summary>
    public static string Describe(this ProtocolError error) => error switch
    {
        ProtocolError.None => "nothing is wrong",
        ProtocolError.EmptyPacket => "an Engine.IO packet without a type",
        ProtocolError.UnknownEnginePacketType => "an unknown Engine.IO packet type",
        ProtocolError.InvalidBase64 => "a binary packet that is not base64",
        ProtocolError.InvalidUtf8 => "text that is not UTF-8",
        ProtocolError.UnknownPacketType => "an unknown Socket.IO packet type",
        ProtocolError.IllegalAttachmentCount => "an attachment count that is no number above zero",
        ProtocolError.TooManyAttachments => "more attachments than allowed",
        ProtocolError.IllegalAckId => "an ack id that is no number or out of range",
        ProtocolError.IllegalPayload => "a payload that does not suit its packet type",
        ProtocolError.ReservedEvent => "an event with a reserved name",
        ProtocolError.IllegalConnectError => "a CONNECT_ERROR from a client",
        ProtocolError.InvalidJson => "a payload that is not JSON",
        ProtocolError.JsonTooDeep => "a payload that nests too deep",
        ProtocolError.DuplicateKey => "an object with a duplicate key",
        ProtocolError.IllegalPlaceholder => "placeholders that do not match the attachments",
        ProtocolError.UnexpectedText => "a text message while attachments were due",
        ProtocolError.UnexpectedBinary => "a binary message that nothing announced",
        _ => "an unknown protocol error",
    };

    internal static ProtocolError From(JsonFault fault) => fault switch
    {
        JsonFault.None => ProtocolError.None,
        JsonFault.InvalidUtf8 => ProtocolError.InvalidUtf8,
        JsonFault.TooDeep => ProtocolError.JsonTooDeep,
        JsonFault.DuplicateKey => ProtocolError.DuplicateKey,
        _ => ProtocolError.InvalidJson,
    };
}
