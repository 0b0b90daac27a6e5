using System.Buffers;

namespace Fanfare.SocketIO.Protocol;

/// <summary>The default codec: JSON text, attachments as binary messages of their own. Safe to use from any thread.</summary>
/// <param name="options">Limits for the decoders; by default those of a server.</param>
public sealed class JsonPacketCodec(PacketDecoderOptions? options = null) : IPacketCodec
{
    private readonly PacketDecoderOptions _options = options ?? new PacketDecoderOptions();

    /// <inheritdoc/>
    public bool IsBinary => false;

    /// <inheritdoc/>
    public IPacketDecoder CreateDecoder() => new PacketDecoder(_options);

    /// <inheritdoc/>
    public void Encode(IBufferWriter<byte> output, in Packet packet, string? offset = null)
    {
        switch (packet.Type)
        {
            case PacketType.Event or PacketType.BinaryEvent:
                var name = packet.Event ?? throw new ArgumentException("An event needs a name.", nameof(packet));
                PacketEncoder.WriteEvent(output, packet.Namespace, packet.Id, name, packet.Payload.Span, packet.Places, offset);
                break;
            case PacketType.Ack or PacketType.BinaryAck:
                var id = packet.Id ?? throw new ArgumentException("An ack needs the id that it answers.", nameof(packet));
                PacketEncoder.WriteAck(output, packet.Namespace, id, packet.Payload.Span, packet.Places);
                break;
            case PacketType.Connect:
                PacketEncoder.WriteConnect(output, packet.Namespace, packet.Payload.Span);
                break;
            case PacketType.ConnectError:
                PacketEncoder.WriteConnectError(output, packet.Namespace, packet.Payload.Span);
                break;
            default:
                PacketEncoder.WriteDisconnect(output, packet.Namespace);
                break;
        }
    }
}
