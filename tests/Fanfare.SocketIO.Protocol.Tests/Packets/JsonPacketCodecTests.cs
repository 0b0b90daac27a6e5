using System.Buffers;

namespace Fanfare.SocketIO.Protocol.Tests.Packets;

public sealed class JsonPacketCodecTests
{
    private readonly JsonPacketCodec _codec = new();

    [Fact]
    public void It_writes_text_and_leaves_attachments_to_binary_messages()
    {
        var packet = new Packet { Type = PacketType.Event, Namespace = "/a", Id = 7, Event = "echo", Payload = "[null],null"u8.ToArray(), Places = [1, 7], Attachments = [new byte[] { 1 }, new byte[] { 2 }] };

        Assert.False(_codec.IsBinary);
        Assert.Equal("""452-/a,7["echo",[{"_placeholder":true,"num":0}],{"_placeholder":true,"num":1},"1-2"]""", Wire.Encode(packet, "1-2"));
    }

    [Fact]
    public void Its_decoders_share_nothing_but_limits()
    {
        var codec = new JsonPacketCodec(new PacketDecoderOptions { MaxAttachments = 1 });
        var (one, other) = (codec.CreateDecoder(), codec.CreateDecoder());

        one.Decode("""51-["e",{"_placeholder":true,"num":0}]"""u8, out _);

        Assert.True(one.HasPending);
        Assert.False(other.HasPending);
        Assert.Equal(DecodeStatus.Error, other.Decode("""52-["e"]"""u8, out _));
        Assert.Equal(ProtocolError.None, one.Error);
    }

    [Fact]
    public void A_packet_without_what_its_type_needs_is_a_mistake_of_the_caller()
    {
        var output = new ArrayBufferWriter<byte>();

        Assert.Throws<ArgumentException>(() => _codec.Encode(output, new Packet { Type = PacketType.Event }));
        Assert.Throws<ArgumentException>(() => _codec.Encode(output, new Packet { Type = PacketType.Ack }));
        Assert.Equal(0, output.WrittenCount);
    }

    [Fact]
    public void A_packet_that_was_never_set_up_has_no_nulls()
    {
        Packet packet = default;

        Assert.Equal("/", packet.Namespace);
        Assert.Empty(packet.Attachments);
        Assert.Empty(packet.Places);
        Assert.False(packet.HasBinary);
    }
}
