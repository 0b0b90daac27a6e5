using System.Buffers;
using System.Text;

namespace Fanfare.SocketIO.Protocol.Tests;

/// <summary>Short ways between texts, bytes and packets.</summary>
internal static class Wire
{
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    public static string Text(ReadOnlyMemory<byte> bytes) => Text(bytes.Span);

    public static string Written(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Text(output.WrittenSpan);
    }

    public static PacketDecoder Decoder(bool isClient = false) => new(new PacketDecoderOptions { IsClient = isClient });

    /// <summary>The one packet that the messages make.</summary>
    public static Packet Decode(string text, params byte[][] attachments)
    {
        var decoder = Decoder(isClient: text.StartsWith('4'));
        var status = decoder.Decode(Bytes(text), out var packet);
        foreach (var attachment in attachments)
        {
            Assert.Equal(DecodeStatus.NeedsAttachments, status);
            Assert.True(decoder.HasPending);
            status = decoder.DecodeBinary(attachment, out packet);
        }

        Assert.True(status == DecodeStatus.Complete, $"{text} was answered {status}, {decoder.Error}");
        Assert.False(decoder.HasPending);
        return packet;
    }

    /// <summary>Why the text is refused.</summary>
    public static ProtocolError Refusal(string text, bool isClient = false) => Refusal(Bytes(text), isClient);

    public static ProtocolError Refusal(ReadOnlySpan<byte> text, bool isClient = false)
    {
        var decoder = Decoder(isClient);
        var status = decoder.Decode(text, out _);
        Assert.True(status == DecodeStatus.Error, $"{Text(text)} was answered {status}");
        return decoder.Error;
    }

    /// <summary>The text that the packet is encoded to.</summary>
    public static string Encode(Packet packet, string? offset = null) => Written(output => new JsonPacketCodec().Encode(output, packet, offset));
}
