namespace Fanfare.SocketIO.Protocol.Tests.Packets;

public sealed class BadPacketTests
{
    [Theory]
    [InlineData("27[\"e\",\"\\ud800\"]")]
    [InlineData("27[\"e\",\"\\udc00\\ud800\",1]")]
    [InlineData("27[\"e\",{\"a\":[\"x\\ud800\\u0041\\ud83d\"]},\"\\ud83d\\ude00\"]")]
    public void An_event_with_half_a_surrogate_pair_is_told_apart_and_shows_nothing(string text)
    {
        Assert.Equal(DecodeStatus.Complete, Wire.Decoder().Decode(Wire.Bytes(text), out var packet));

        Assert.Equal((true, "e", 7L, 0), (packet.IsIllFormed, packet.Event, packet.Id, packet.Payload.Length));
    }

    [Theory]
    [InlineData("", ProtocolError.UnknownPacketType)]
    [InlineData("7", ProtocolError.UnknownPacketType)]
    [InlineData("9[\"e\"]", ProtocolError.UnknownPacketType)]
    [InlineData("x", ProtocolError.UnknownPacketType)]
    [InlineData("-1", ProtocolError.UnknownPacketType)]
    [InlineData(" 2[\"e\"]", ProtocolError.UnknownPacketType)]
    [InlineData("0[]", ProtocolError.IllegalPayload)]
    [InlineData("0\"x\"", ProtocolError.IllegalPayload)]
    [InlineData("0null", ProtocolError.IllegalPayload)]
    [InlineData("0/a,[1]", ProtocolError.IllegalPayload)]
    [InlineData("0{", ProtocolError.InvalidJson)]
    [InlineData("0{}x", ProtocolError.InvalidJson)]
    [InlineData("0 ", ProtocolError.IllegalAckId)]
    [InlineData("0 {}", ProtocolError.IllegalAckId)]
    [InlineData("1{}", ProtocolError.IllegalPayload)]
    [InlineData("1[]", ProtocolError.IllegalPayload)]
    [InlineData("1 ", ProtocolError.IllegalAckId)]
    [InlineData("2", ProtocolError.IllegalPayload)]
    [InlineData("2/a", ProtocolError.IllegalPayload)]
    [InlineData("2/a[\"e\"]", ProtocolError.IllegalPayload)]
    [InlineData("2[]", ProtocolError.IllegalPayload)]
    [InlineData("2{}", ProtocolError.IllegalPayload)]
    [InlineData("2\"e\"", ProtocolError.IllegalPayload)]
    [InlineData("2null", ProtocolError.IllegalPayload)]
    [InlineData("2[null]", ProtocolError.IllegalPayload)]
    [InlineData("2[true]", ProtocolError.IllegalPayload)]
    [InlineData("2[{}]", ProtocolError.IllegalPayload)]
    [InlineData("2[[\"e\"]]", ProtocolError.IllegalPayload)]
    [InlineData("2[{\"toString\":\"foo\"}]", ProtocolError.IllegalPayload)]
    [InlineData("2[\"e\"", ProtocolError.InvalidJson)]
    [InlineData("2[\"e\",]", ProtocolError.InvalidJson)]
    [InlineData("2[\"e\"]]", ProtocolError.InvalidJson)]
    [InlineData("2[\"e\"][]", ProtocolError.InvalidJson)]
    [InlineData("2[\"e\"}", ProtocolError.InvalidJson)]
    [InlineData("2[e]", ProtocolError.InvalidJson)]
    [InlineData("2[\"e\",{\"\\ud800\":1}]", ProtocolError.InvalidJson)]
    [InlineData("2[\"e\",\"\\ud800\",]", ProtocolError.InvalidJson)]
    [InlineData("2[\"e\",\"\\ud800\\u00\"]", ProtocolError.InvalidJson)]
    [InlineData("2[\"e\\ud800\",1]", ProtocolError.InvalidJson)]
    [InlineData("31[\"\\ud800\"]", ProtocolError.InvalidJson)]
    [InlineData("51-[\"e\",\"\\ud800\",{\"_placeholder\":true,\"num\":0}]", ProtocolError.InvalidJson)]
    [InlineData("2[\"\\udc00\"]", ProtocolError.InvalidJson)]
    [InlineData("2[\"e\",{\"a\":1,\"a\":2}]", ProtocolError.DuplicateKey)]
    [InlineData("2[\"e\",{\"a\":1,\"\\u0061\":2}]", ProtocolError.DuplicateKey)]
    [InlineData("0{\"token\":1,\"token\":2}", ProtocolError.DuplicateKey)]
    [InlineData("2a[\"e\"]", ProtocolError.InvalidJson)]
    [InlineData("2-1[\"e\"]", ProtocolError.IllegalPayload)]
    [InlineData("21.5[\"e\"]", ProtocolError.InvalidJson)]
    [InlineData("2/a,b[\"e\"]", ProtocolError.InvalidJson)]
    [InlineData("21a[\"e\"]", ProtocolError.InvalidJson)]
    [InlineData("2 [\"e\"]", ProtocolError.IllegalAckId)]
    [InlineData("2\n[\"e\"]", ProtocolError.IllegalAckId)]
    [InlineData("21\t[\"e\"]", ProtocolError.IllegalAckId)]
    [InlineData("2/a,\r[\"e\"]", ProtocolError.IllegalAckId)]
    [InlineData("29007199254740993[\"e\"]", ProtocolError.IllegalAckId)]
    [InlineData("299999999999999999999999999999999[\"e\"]", ProtocolError.IllegalAckId)]
    [InlineData("31{}", ProtocolError.IllegalPayload)]
    [InlineData("31\"x\"", ProtocolError.IllegalPayload)]
    [InlineData("31[", ProtocolError.InvalidJson)]
    [InlineData("4{\"message\":\"x\"}", ProtocolError.IllegalConnectError)]
    [InlineData("4", ProtocolError.IllegalConnectError)]
    public void A_malformed_packet_is_refused(string text, ProtocolError expected) => Assert.Equal(expected, Wire.Refusal(text));

    [Theory]
    [InlineData("4", ProtocolError.IllegalPayload)]
    [InlineData("4[]", ProtocolError.IllegalPayload)]
    [InlineData("4null", ProtocolError.IllegalPayload)]
    [InlineData("41", ProtocolError.IllegalPayload)]
    [InlineData("2[\"disconnect\"]", ProtocolError.ReservedEvent)]
    public void A_client_refuses_malformed_packets_of_a_server(string text, ProtocolError expected) =>
        Assert.Equal(expected, Wire.Refusal(text, isClient: true));

    [Theory]
    [InlineData("connect")]
    [InlineData("connect_error")]
    [InlineData("disconnect")]
    [InlineData("disconnecting")]
    [InlineData("newListener")]
    [InlineData("removeListener")]
    [InlineData("conn\\u0065ct")]
    public void A_reserved_event_name_is_refused_in_whatever_spelling(string name)
    {
        Assert.Equal(ProtocolError.ReservedEvent, Wire.Refusal($"2[\"{name}\"]"));
        Assert.Equal(ProtocolError.ReservedEvent, Wire.Refusal($"2/a,7[\"{name}\",1]"));
        Assert.Equal(ProtocolError.ReservedEvent, Wire.Refusal($"51-[\"{name}\",{{\"_placeholder\":true,\"num\":0}}]"));
    }

    [Fact]
    public void The_highest_ack_id_is_taken() => Assert.Equal(9007199254740992, Wire.Decode("29007199254740992[\"e\"]").Id);

    [Theory]
    [InlineData(31, true)]
    [InlineData(32, false)]
    [InlineData(1_000, false)]
    [InlineData(100_000, false)]
    [InlineData(1_000_000, false)]
    public void Arguments_that_nest_too_deep_are_refused(int depth, bool passes)
    {
        // The array around the arguments is the first of the 32 levels.
        foreach (var (open, close) in new[] { ("[", "]"), ("{\"a\":", "}") })
        {
            var argument = string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth));
            if (passes)
            {
                Assert.Equal(argument, Wire.Text(Wire.Decode($"2[\"e\",{argument}]").Payload));
            }
            else
            {
                Assert.Equal(ProtocolError.JsonTooDeep, Wire.Refusal($"2[\"e\",{argument}]"));
                Assert.Equal(ProtocolError.JsonTooDeep, Wire.Refusal($"31[{argument}]"));
            }
        }
    }

    [Fact]
    public void The_depth_limit_is_an_option()
    {
        var decoder = new PacketDecoder(new PacketDecoderOptions { MaxJsonDepth = 2 });

        Assert.Equal(DecodeStatus.Complete, decoder.Decode("2[\"e\",[]]"u8, out _));
        Assert.Equal(DecodeStatus.Error, decoder.Decode("2[\"e\",[[]]]"u8, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PacketDecoder(new PacketDecoderOptions { MaxJsonDepth = 65 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PacketDecoder(new PacketDecoderOptions { MaxAttachments = -1 }));
    }

    [Fact]
    public void Every_error_has_its_own_description()
    {
        var errors = Enum.GetValues<ProtocolError>();

        Assert.Equal(errors.Length, errors.Select(error => error.Describe()).Distinct().Count());
        Assert.DoesNotContain(((ProtocolError)255).Describe(), errors.Select(error => error.Describe()));
    }
}
