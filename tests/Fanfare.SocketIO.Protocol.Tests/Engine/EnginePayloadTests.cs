using System.Buffers;
using CsCheck;

namespace Fanfare.SocketIO.Protocol.Tests.Engine;

public sealed class EnginePayloadTests
{
    private static readonly Gen<EnginePacket> Packets = Gen.OneOf(
        Gen.Byte.Array[0, 50].Select(bytes => new EnginePacket(EnginePacketType.Message, bytes, isBinary: true)),
        Gen.Select(Gen.Int[0, 6], Gen.String).Select((type, text) => new EnginePacket((EnginePacketType)type, Wire.Bytes(text.Replace('\u001e', ' ')))));

    [Fact]
    public void A_body_is_packets_with_separators_between_them()
    {
        var packets = Read("4hello\u001ebAQIDBA==\u001e2\u001e4", out var error);

        Assert.Equal(ProtocolError.None, error);
        Assert.Equal(
            [(EnginePacketType.Message, false, "hello"), (EnginePacketType.Message, true, "\u0001\u0002\u0003\u0004"), (EnginePacketType.Ping, false, ""), (EnginePacketType.Message, false, "")],
            packets.Select(packet => (packet.Type, packet.IsBinary, Wire.Text(packet.Data))));
    }

    [Theory]
    [InlineData("", 0, ProtocolError.EmptyPacket)]
    [InlineData("\u001e", 0, ProtocolError.EmptyPacket)]
    [InlineData("4a\u001e", 1, ProtocolError.EmptyPacket)]
    [InlineData("4a\u001e\u001e4b", 1, ProtocolError.EmptyPacket)]
    [InlineData("abc", 0, ProtocolError.UnknownEnginePacketType)]
    [InlineData("4a\u001e2\u001e7", 2, ProtocolError.UnknownEnginePacketType)]
    [InlineData("4a\u001ebA\u001e4b", 1, ProtocolError.InvalidBase64)]
    public void What_stands_before_a_broken_packet_is_given_out_and_nothing_behind_it(string body, int read, ProtocolError expected)
    {
        var packets = Read(body, out var error);

        Assert.Equal(read, packets.Count);
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AQ")]
    [InlineData("AQ=")]
    [InlineData("AQI")]
    [InlineData("AQID=")]
    [InlineData("====")]
    [InlineData("A===")]
    [InlineData("=AQI")]
    [InlineData("AQ==AQ==")]
    [InlineData("AQ=A")]
    [InlineData("AQI-")]
    [InlineData("AQ_D")]
    [InlineData("AQ D")]
    [InlineData("AQID\n")]
    [InlineData("AQID    ")]
    [InlineData("\r\nAQ")]
    [InlineData("AR==")]
    [InlineData("AQJ=")]
    [InlineData("AQIé")]
    public void Base64_has_one_spelling(string text)
    {
        Read("b" + text, out var error);

        Assert.Equal(ProtocolError.InvalidBase64, error);
    }

    [Fact]
    public void Binary_of_every_length_and_content_survives()
    {
        for (var length = 0; length < 70; length++)
        {
            var data = Enumerable.Range(0, length).Select(i => (byte)((i * 37) + 200 + length)).ToArray();
            var body = Wire.Written(output => EnginePayloadWriter.WriteBinary(output, data));

            Assert.Equal("b" + Convert.ToBase64String(data), body);
            Assert.Equal(data, Assert.Single(Read(body, out _)).Data.ToArray());
        }
    }

    [Fact]
    public void What_was_written_is_read_back() =>
        Packets.Array[1, 8].Sample(packets =>
        {
            var read = Read(Wire.Written(output => EnginePayloadWriter.Write(output, packets)), out var error);

            Assert.Equal(ProtocolError.None, error);
            Assert.Equal(packets.Select(Describe), read.Select(Describe));
        }, iter: 2_000);

    [Fact]
    public void Random_bytes_never_throw() =>
        Gen.OneOf(Gen.Byte, Pick.From("0123456b=\u001eAQ"u8.ToArray())).Array[0, 60].Sample(bytes =>
        {
            var reader = new EnginePayloadReader(bytes);
            while (reader.TryRead(out _))
            {
            }
        }, iter: 20_000);

    [Fact]
    public void Reading_allocates_nothing_however_many_packets_there_are()
    {
        foreach (var count in new[] { 10, 10_000 })
        {
            // The smallest of several tries: the first one sets up what is static.
            Assert.Equal(0, Enumerable.Range(0, 3).Min(_ => Allocated(count)));
        }
    }

    private static long Allocated(int count)
    {
        var body = Wire.Bytes(string.Join('\u001e', Enumerable.Repeat("bAQID\u001e4hello", count)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var reader = new EnginePayloadReader(body);
        var read = 0;
        while (reader.TryRead(out _))
        {
            read++;
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(2 * count, read);
        return allocated;
    }

    private static string Describe(EnginePacket packet) => $"{packet.Type} {packet.IsBinary} {Convert.ToHexString(packet.Data.Span)}";

    private static List<EnginePacket> Read(string body, out ProtocolError error)
    {
        var reader = new EnginePayloadReader(Wire.Bytes(body));
        var packets = new List<EnginePacket>();
        while (reader.TryRead(out var packet))
        {
            packets.Add(packet);
        }

        error = reader.Error;
        Assert.False(reader.TryRead(out _));
        return packets;
    }
}
