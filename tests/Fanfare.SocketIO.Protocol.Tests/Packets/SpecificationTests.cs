namespace Fanfare.SocketIO.Protocol.Tests.Packets;

/// <summary>The examples of the Socket.IO v5 specification, both ways.</summary>
public sealed class SpecificationTests
{
    [Theory]
    [InlineData("0", PacketType.Connect, "/", null, null, "")]
    [InlineData("""0{"token":"123"}""", PacketType.Connect, "/", null, null, """{"token":"123"}""")]
    [InlineData("0/custom,", PacketType.Connect, "/custom", null, null, "")]
    [InlineData("""0/custom,{"token":"abc"}""", PacketType.Connect, "/custom", null, null, """{"token":"abc"}""")]
    [InlineData("""0{"sid":"majJwYgHB34t_kbWAAAA"}""", PacketType.Connect, "/", null, null, """{"sid":"majJwYgHB34t_kbWAAAA"}""")]
    [InlineData("""4/random,{"message":"Invalid namespace"}""", PacketType.ConnectError, "/random", null, null, """{"message":"Invalid namespace"}""")]
    [InlineData("""4"no" """, PacketType.ConnectError, "/", null, null, "\"no\"")]
    [InlineData("""2["echo",{"a":null}]""", PacketType.Event, "/", null, "echo", """{"a":null}""")]
    [InlineData("""2/a,["echo",1]""", PacketType.Event, "/a", null, "echo", "1")]
    [InlineData("""2/a,7["echo",{"k":"v"}]""", PacketType.Event, "/a", 7L, "echo", """{"k":"v"}""")]
    [InlineData("""2["e",{"a":1},2]""", PacketType.Event, "/", null, "e", """{"a":1},2""")]
    [InlineData("""2["alone"]""", PacketType.Event, "/", null, "alone", "")]
    [InlineData("""3/a,7[{"k":"v"}]""", PacketType.Ack, "/a", 7L, null, """{"k":"v"}""")]
    [InlineData("312[]", PacketType.Ack, "/", 12L, null, "")]
    [InlineData("1", PacketType.Disconnect, "/", null, null, "")]
    [InlineData("1/custom,", PacketType.Disconnect, "/custom", null, null, "")]
    public void A_packet_of_the_specification_is_read_and_written_back(
        string text, PacketType type, string ns, long? id, string? name, string payload)
    {
        var packet = Wire.Decode(text);

        Assert.Equal(type, packet.Type);
        Assert.Equal(ns, packet.Namespace);
        Assert.Equal(id, packet.Id);
        Assert.Equal(name, packet.Event);
        Assert.Equal(payload, Wire.Text(packet.Payload));
        Assert.False(packet.HasBinary);
        Assert.Equal("4" + text.TrimEnd(), Wire.Encode(packet));
    }

    [Fact]
    public void A_binary_event_with_two_attachments_is_read_and_written_back()
    {
        const string Text = """52-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]""";

        var packet = Wire.Decode(Text, [1, 2, 3], [4, 5]);

        Assert.Equal(PacketType.Event, packet.Type);
        Assert.Equal("message", packet.Event);
        Assert.Equal("null,null", Wire.Text(packet.Payload));
        Assert.Equal([0, 5], packet.Places);
        Assert.Equal([1, 2, 3], packet.Attachments[0].ToArray());
        Assert.Equal([4, 5], packet.Attachments[1].ToArray());
        Assert.Equal("4" + Text, Wire.Encode(packet));
    }

    [Fact]
    public void A_binary_event_with_ack_id_and_its_ack_are_read_and_written_back()
    {
        const string Event = """51-8["echo",{"_placeholder":true,"num":0}]""";
        const string Ack = """61-8[{"_placeholder":true,"num":0}]""";

        var asked = Wire.Decode(Event, [1, 2, 3]);
        var answered = Wire.Decode(Ack, [1, 2, 3]);

        Assert.Equal(8, asked.Id);
        Assert.Equal("4" + Event, Wire.Encode(asked));
        Assert.Equal((PacketType.Ack, 8, "null"), (answered.Type, answered.Id, Wire.Text(answered.Payload)));
        Assert.Equal("4" + Ack, Wire.Encode(answered));
    }

    [Fact]
    public void A_namespace_runs_to_the_end_when_no_comma_comes()
    {
        Assert.Equal("/random", Wire.Decode("0/random").Namespace);
        Assert.Equal("/a?x=1", Wire.Decode("0/a?x=1").Namespace);
        Assert.Equal("/mit Raum é房", Wire.Decode("0/mit Raum é房,").Namespace);
    }

    [Fact]
    public void An_ack_of_old_Python_clients_has_nothing_behind_its_id()
    {
        var packet = Wire.Decode("31");

        Assert.Equal((PacketType.Ack, 1, 0), (packet.Type, packet.Id, packet.Payload.Length));
    }

    [Theory]
    [InlineData("2[1]", "1", "")]
    [InlineData("2[1.50e3,{}]", "1.50e3", "{}")]
    [InlineData("2[-0,1]", "-0", "1")]
    public void An_event_named_by_a_number_keeps_its_digits(string text, string name, string payload)
    {
        var packet = Wire.Decode(text);

        Assert.Equal(name, packet.Event);
        Assert.Equal(payload, Wire.Text(packet.Payload));
    }

    [Fact]
    public void An_event_may_be_called_error() => Assert.Equal("error", Wire.Decode("""2["error"]""").Event);

    [Fact]
    public void A_name_written_with_escapes_is_read_unescaped() =>
        Assert.Equal("a\"é😀\n", Wire.Decode("""2["a\"\u00e9\ud83d\ude00\n"]""").Event);

    [Fact]
    public void Arguments_are_passed_on_byte_for_byte()
    {
        const string Arguments = """{ "n" : 1.0e+2 , "s":"\u00e9é😀\/" } ,  123456789012345678901234567890,-0.0""";

        Assert.Equal(Arguments, Wire.Text(Wire.Decode($"2[ \"e\" , {Arguments} ] ").Payload));
        Assert.Equal(Arguments, Wire.Text(Wire.Decode($"31[ {Arguments} ]").Payload));
    }

    [Fact]
    public void An_own_object_that_looks_like_a_placeholder_stays_plain_in_a_packet_without_attachments()
    {
        var packet = Wire.Decode("""2["e",{"_placeholder":true,"num":0}]""");

        Assert.False(packet.HasBinary);
        Assert.Equal("""{"_placeholder":true,"num":0}""", Wire.Text(packet.Payload));
    }

    [Fact]
    public void The_recovery_offset_is_appended_as_the_last_argument()
    {
        Assert.Equal("""42["echo","hello","Q8CI7vp"]""", Wire.Encode(new Packet { Type = PacketType.Event, Event = "echo", Payload = "\"hello\""u8.ToArray() }, "Q8CI7vp"));
        Assert.Equal("""42["echo","Q8CI7vp"]""", Wire.Encode(new Packet { Type = PacketType.Event, Event = "echo" }, "Q8CI7vp"));
    }
}
