using System.Buffers;
using Fanfare.SocketIO.Protocol;

namespace Fanfare.SocketIO;

/// <summary>Encodes what one namespace sends to its Socket.IO clients: once per message, the same bytes for all.</summary>
internal sealed class SocketIOEncoder(string namespaceName, IPacketCodec codec, RecoveryOptions recovery) : IMessageEncoder
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    /// <inheritdoc/>
    public OutboundFrame Encode(EncodedMessage encoded)
    {
        var message = encoded.Message;
        var packet = new Packet
        {
            Type = PacketType.Event,
            Namespace = namespaceName,
            Id = encoded.AckId,
            Event = message.Event,
            Payload = message.Arguments.Json,
            Places = message.Arguments.Places.ToArray(),
            Attachments = message.Arguments.Attachments.ToArray(),
        };
        // Clients that can recover take the last argument for their position; an ack callback would follow it.
        var offset = recovery.IsEnabled && encoded.AckId is null ? encoded.Cursor?.ToString() : null;
        return Frame(packet, offset, encoded.IsCompressible);
    }

    /// <summary>Encodes an ack.</summary>
    public EngineFrame Ack(long id, Arguments arguments) => Frame(
        new Packet
        {
            Type = PacketType.Ack,
            Namespace = namespaceName,
            Id = id,
            Payload = arguments.Json,
            Places = arguments.Places.ToArray(),
            Attachments = arguments.Attachments.ToArray(),
        });

    /// <summary>Encodes a packet of another kind.</summary>
    public EngineFrame Control(PacketType type, ReadOnlyMemory<byte> payload = default) =>
        Frame(new Packet { Type = type, Namespace = namespaceName, Payload = payload });

    private EngineFrame Frame(in Packet packet, string? offset = null, bool isCompressible = true)
    {
        var scratch = _scratch ??= new ArrayBufferWriter<byte>(512);
        scratch.ResetWrittenCount();
        codec.Encode(scratch, packet, offset);
        var frame = codec.IsBinary
            ? EngineFrame.Binary(scratch.WrittenSpan, isCompressible)
            : EngineFrame.TextWith(scratch.WrittenSpan, packet.Attachments, isCompressible);
        if (scratch.Capacity > 64 * 1024)
        {
            _scratch = null;
        }

        return frame;
    }
}
