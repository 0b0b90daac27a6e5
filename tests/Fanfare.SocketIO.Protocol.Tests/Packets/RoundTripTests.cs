using System.Buffers;
using System.Text;
using CsCheck;
using Fanfare.Json;

namespace Fanfare.SocketIO.Protocol.Tests.Packets;

public sealed class RoundTripTests
{
    private static readonly Gen<string> Names = Gen.OneOf(
        Pick.From("message", "a", "", "é€😀", "with \"quotes\" \\ and \n", "1", "error"),
        Gen.String[Gen.Char[' ', '\u2fff'], 0, 20]).Where(name => name is not ("connect" or "connect_error" or "disconnect" or "disconnecting" or "newListener" or "removeListener"));

    private static readonly Gen<string> Namespaces = Pick.From("/", "/chat", "/a?x=1", "/mit Raum é房", "/admin/0");

    private static readonly Gen<long?> Ids = Gen.OneOf(Gen.Const((long?)null), Gen.Long[0, 1L << 53].Select(id => (long?)id), Gen.Long[0, 9].Select(id => (long?)id));

    /// <summary>A value as JSON, a byte array as it is.</summary>
    private static readonly Gen<object> Scalars = Gen.OneOf(
        Pick.From<object>("null", "true", "false", "0", "-1.50e+3", "123456789012345678901234567890", "\"\"", "\"é😀\u2028\"", "\"\\u0061\\n\\\"\"", "{}", "[ ]", " 1 "),
        Gen.Byte.Array[0, 20].Select(bytes => (object)bytes),
        Gen.String[Gen.Char[' ', '~'], 0, 30].Select(text => (object)Wire.Written(output => WireJson.WriteString(output, text))));

    private static readonly Gen<object> Values = Gen.Recursive<object>((depth, self) => depth >= 4
        ? Scalars
        : Gen.Frequency(
            (5, Scalars),
            (1, self.Array[0, 4].Select(items => (object)items)),
            (1, self.Array[0, 4].Select(items => (object)items.Select((item, i) => KeyValuePair.Create($"k{i}", item)).ToArray()))));

    private static readonly Gen<Packet> Packets = Gen.Select(Namespaces, Ids, Names, Values.Array[0, 4], Gen.Bool)
        .Select((ns, id, name, values, isAck) => Build(ns, isAck ? id ?? 1 : id, isAck ? null : name, values))
        .Where(packet => packet.Places.Length <= 10);

    [Fact]
    public void What_was_encoded_is_decoded_to_the_same() =>
        Packets.Sample(packet =>
        {
            var text = Wire.Encode(packet);

            var decoded = Wire.Decode(text[1..], [.. packet.Attachments.Select(attachment => attachment.ToArray())]);

            Assert.Equal((packet.Type, packet.Namespace, packet.Id, packet.Event), (decoded.Type, decoded.Namespace, decoded.Id, decoded.Event));
            Assert.Equal(Wire.Text(packet.Payload).Trim(), Wire.Text(decoded.Payload));
            Assert.Equal(packet.Attachments.Select(attachment => Convert.ToHexString(attachment.Span)), decoded.Attachments.Select(attachment => Convert.ToHexString(attachment.Span)));
            Assert.All(decoded.Places, place => Assert.Equal("null", Wire.Text(decoded.Payload.Slice(place, 4))));
            Assert.Equal(Wire.Encode(decoded).Length, text.Length - (packet.Payload.Length - decoded.Payload.Length));
        }, iter: 5_000);

    [Fact]
    public void Random_bytes_never_throw() =>
        Gen.OneOf(Gen.Byte, Pick.From("0123456-/,[]{}\":ae \\u"u8.ToArray())).Array[0, 40].Sample(Feed, iter: 20_000);

    [Fact]
    public void Packets_with_a_byte_changed_never_throw() =>
        Gen.Select(Packets, Gen.Int, Gen.Byte).Sample((packet, where, what) =>
        {
            var bytes = Wire.Bytes(Wire.Encode(packet))[1..];
            bytes[(where & int.MaxValue) % bytes.Length] = what;
            Feed(bytes);
        }, iter: 5_000);

    [Fact]
    public void Packets_cut_short_never_throw() =>
        Gen.Select(Packets, Gen.Int).Sample((packet, where) =>
        {
            var bytes = Wire.Bytes(Wire.Encode(packet))[1..];
            Feed(bytes[..((where & int.MaxValue) % bytes.Length)]);
        }, iter: 5_000);

    /// <summary>Decodes with as many attachments as are wanted; what comes out must hold what is promised of packets.</summary>
    private static void Feed(byte[] bytes)
    {
        foreach (var isClient in new[] { false, true })
        {
            var decoder = Wire.Decoder(isClient);
            var status = decoder.Decode(bytes, out var packet);
            while (status == DecodeStatus.NeedsAttachments)
            {
                status = decoder.DecodeBinary([1, 2], out packet);
            }

            Assert.Equal(status == DecodeStatus.Error, decoder.Error != ProtocolError.None);
            if (status == DecodeStatus.Complete)
            {
                Check(packet);
            }
        }
    }

    private static void Check(Packet packet)
    {
        Assert.StartsWith("/", packet.Namespace, StringComparison.Ordinal);
        Assert.Equal(packet.Type == PacketType.Event, packet.Event is not null);
        Assert.Equal(packet.Places.Length, packet.Attachments.Length);
        Assert.All(packet.Places, place => Assert.Equal("null", Wire.Text(packet.Payload.Slice(place, 4))));
        if (packet.Type is PacketType.Event or PacketType.Ack)
        {
            Assert.Equal(JsonFault.None, JsonGuard.Check(Wire.Bytes($"[{Wire.Text(packet.Payload)}]")));
        }
        else if (packet.Payload.Length > 0)
        {
            Assert.Equal(JsonFault.None, JsonGuard.Check(packet.Payload.Span));
        }
    }

    private static Packet Build(string ns, long? id, string? name, object[] values)
    {
        var payload = new ArrayBufferWriter<byte>();
        var places = new List<int>();
        var attachments = new List<ReadOnlyMemory<byte>>();
        WriteItems(values, WriteValue);
        return new Packet
        {
            Type = name is null ? PacketType.Ack : PacketType.Event,
            Namespace = ns,
            Id = id,
            Event = name,
            Payload = payload.WrittenMemory,
            Places = [.. places],
            Attachments = [.. attachments],
        };

        void WriteItems<T>(T[] items, Action<T> write)
        {
            for (var i = 0; i < items.Length; i++)
            {
                if (i > 0)
                {
                    payload.Write(","u8);
                }

                write(items[i]);
            }
        }

        void WriteValue(object value)
        {
            switch (value)
            {
                case byte[] bytes:
                    places.Add(payload.WrittenCount);
                    attachments.Add(bytes);
                    payload.Write("null"u8);
                    break;
                case object[] items:
                    payload.Write("["u8);
                    WriteItems(items, WriteValue);
                    payload.Write("]"u8);
                    break;
                case KeyValuePair<string, object>[] members:
                    payload.Write("{"u8);
                    WriteItems(members, member =>
                    {
                        payload.Write(Encoding.UTF8.GetBytes($"\"{member.Key}\":"));
                        WriteValue(member.Value);
                    });
                    payload.Write("}"u8);
                    break;
                default:
                    payload.Write(Encoding.UTF8.GetBytes((string)value));
                    break;
            }
        }
    }
}
