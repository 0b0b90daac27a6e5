namespace Fanfare.SocketIO.Protocol.Tests.Packets;

public sealed class DecoderMemoryTests
{
    [Fact]
    public void A_packet_keeps_nothing_of_the_buffer_that_it_came_in()
    {
        var decoder = Wire.Decoder();
        var header = Wire.Bytes("""51-/a,["name",{"_placeholder":true,"num":0},"text"]""");
        var attachment = new byte[] { 1, 2, 3 };

        decoder.Decode(header, out _);
        header.AsSpan().Fill((byte)'#');
        decoder.DecodeBinary(attachment, out var packet);
        attachment.AsSpan().Clear();

        Assert.Equal(("/a", "name", "null,\"text\""), (packet.Namespace, packet.Event, Wire.Text(packet.Payload)));
        Assert.Equal([1, 2, 3], packet.Attachments[0].ToArray());
    }

    [Theory]
    [InlineData("2/chat,7[\"message\",{0}]")]
    [InlineData("2[\"mess\\u0061ge\",{0}]")]
    [InlineData("3/chat,12[{0}]")]
    public void A_packet_costs_one_array_of_the_size_of_its_payload(string format)
    {
        var decoder = Wire.Decoder();
        var payload = "{\"content\":\"" + new string('x', 989) + "\"}";
        var text = Wire.Bytes(format.Replace("{0}", payload, StringComparison.Ordinal));
        decoder.Decode(text, out _); // the names are known from here on

        var allocated = Enumerable.Range(0, 5).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            decoder.Decode(text, out var packet);
            return packet.Payload.Length == payload.Length ? GC.GetAllocatedBytesForCurrentThread() - before : long.MaxValue;
        });

        var before = GC.GetAllocatedBytesForCurrentThread();
        var array = new byte[payload.Length];
        Assert.Equal(GC.GetAllocatedBytesForCurrentThread() - before, allocated);
        Assert.Equal(payload.Length, array.Length);
    }

    [Fact]
    public void Memory_for_a_packet_with_attachments_grows_with_the_text()
    {
        static long Cost(int size)
        {
            var decoder = Wire.Decoder();
            var text = Wire.Bytes($$"""51-["e",{"_placeholder":true,"num":0},"{{new string('x', size)}}"]""");
            return Enumerable.Range(0, 5).Min(_ =>
            {
                decoder.Reset();
                var before = GC.GetAllocatedBytesForCurrentThread();
                decoder.Decode(text, out var _);
                return GC.GetAllocatedBytesForCurrentThread() - before;
            });
        }

        Assert.InRange(Cost(100_000) - Cost(1_000), 99_000, 99_100);
    }

    [Fact]
    public void A_name_is_one_string_however_often_it_comes()
    {
        var options = new PacketDecoderOptions();
        var (one, other) = (new PacketDecoder(options), new PacketDecoder(options));

        one.Decode("2/chat,[\"message\"]"u8, out var first);
        other.Decode("2/chat,[\"message\",1]"u8, out var second);

        Assert.Same(first.Event, second.Event);
        Assert.Same(first.Namespace, second.Namespace);
    }

    [Fact]
    public void Names_that_share_a_place_in_the_cache_are_kept_apart()
    {
        var decoder = Wire.Decoder();
        for (var i = 0; i < 5_000; i++)
        {
            var name = $"event-{i % 1_250}";
            decoder.Decode(Wire.Bytes($"2/{name},[\"{name}\"]"), out var packet);
            Assert.Equal((name, "/" + name), (packet.Event, packet.Namespace));
        }
    }

    [Fact]
    public void Long_and_non_ascii_names_are_read_as_well()
    {
        foreach (var name in new[] { new string('n', 64), new string('n', 65), new string('é', 400), "房", "" })
        {
            Assert.Equal(name, Wire.Decode($"2[\"{name}\"]").Event);
            Assert.Equal(name + "a", Wire.Decode($"2[\"{name}\\u0061\"]").Event);
        }
    }
}
