namespace Fanfare.SocketIO.Protocol.Tests.Packets;

/// <summary>What a peer may try with binary packets (CVE-2022-2421, CVE-2023-32695, CVE-2026-33151 and their like).</summary>
public sealed class AttachmentTests
{
    private const string First = """{"_placeholder":true,"num":0}""";
    private const string Second = """{"_placeholder":true,"num":1}""";

    [Theory]
    // the count
    [InlineData("5[\"e\"]", ProtocolError.IllegalAttachmentCount)]
    [InlineData("5", ProtocolError.IllegalAttachmentCount)]
    [InlineData("51", ProtocolError.IllegalAttachmentCount)]
    [InlineData("51[\"e\"]", ProtocolError.IllegalAttachmentCount)]
    [InlineData("5-[\"e\",1]", ProtocolError.IllegalAttachmentCount)]
    [InlineData("50-[\"e\",1]", ProtocolError.IllegalAttachmentCount)]
    [InlineData("5x-[\"e\"," + First + "]", ProtocolError.IllegalAttachmentCount)]
    [InlineData("5-1-[\"e\"," + First + "]", ProtocolError.IllegalAttachmentCount)]
    [InlineData("51.0-[\"e\"," + First + "]", ProtocolError.IllegalAttachmentCount)]
    [InlineData("51e0-[\"e\"," + First + "]", ProtocolError.IllegalAttachmentCount)]
    [InlineData("5 1-[\"e\"," + First + "]", ProtocolError.IllegalAttachmentCount)]
    [InlineData("5Infinity-[\"e\"," + First + "]", ProtocolError.IllegalAttachmentCount)]
    [InlineData("5١-[\"e\"," + First + "]", ProtocolError.IllegalAttachmentCount)]
    [InlineData("511-[\"e\"," + First + "]", ProtocolError.TooManyAttachments)]
    [InlineData("51000000-[\"e\"," + First + "]", ProtocolError.TooManyAttachments)]
    [InlineData("599999999999999999999999-[\"e\"," + First + "]", ProtocolError.TooManyAttachments)]
    // the payload
    [InlineData("51-", ProtocolError.IllegalPayload)]
    [InlineData("51-/a,5", ProtocolError.IllegalPayload)]
    [InlineData("51-[]", ProtocolError.IllegalPayload)]
    [InlineData("51-{}", ProtocolError.IllegalPayload)]
    [InlineData("51-" + First, ProtocolError.IllegalPayload)]
    [InlineData("51-[" + First + "]", ProtocolError.IllegalPayload)]
    [InlineData("61-3{}", ProtocolError.IllegalPayload)]
    [InlineData("61-3", ProtocolError.IllegalPayload)]
    // placeholders that are missing, too many, or of other numbers
    [InlineData("51-[\"e\"]", ProtocolError.IllegalPlaceholder)]
    [InlineData("51-[\"e\",1]", ProtocolError.IllegalPlaceholder)]
    [InlineData("61-3[]", ProtocolError.IllegalPlaceholder)]
    [InlineData("51-[\"e\"," + First + "," + Second + "]", ProtocolError.IllegalPlaceholder)]
    [InlineData("51-[\"e\"," + Second + "]", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":true,"num":-1}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":true,"num":-0}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":true,"num":0.0}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":true,"num":0.5}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":true,"num":0e1}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":true,"num":4294967296}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":true,"num":99999999999999999999}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":true,"num":"0"}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":true,"num":"splice"}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":true,"num":null}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":true,"num":[0]}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"num":[0],"_placeholder":true}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":true,"num":{}}]""", ProtocolError.IllegalPlaceholder)]
    // objects that are a placeholder and more
    [InlineData("""51-["e",{"_placeholder":true}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":true,"num":0,"x":1}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"x":1,"_placeholder":true,"num":0}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"x":{},"_placeholder":true,"num":0}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"x":{"_placeholder":true,"num":0},"_placeholder":true,"num":0}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":true,"x":{"_placeholder":true,"num":0}}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":true,"Num":0}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":true,"num":0,"num":0}]""", ProtocolError.DuplicateKey)]
    [InlineData("""51-["e",{"_placeholder":true,"\u006eum":0,"num":0}]""", ProtocolError.DuplicateKey)]
    // objects that are none
    [InlineData("""51-["e",{"_placeholder":false,"num":0}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":"true","num":0}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"_placeholder":1,"num":0}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",{"placeholder":true,"num":0}]""", ProtocolError.IllegalPlaceholder)]
    [InlineData("""51-["e",["_placeholder",true,"num",0]]""", ProtocolError.IllegalPlaceholder)]
    public void A_binary_packet_with_a_trick_is_refused(string text, ProtocolError expected) => Assert.Equal(expected, Wire.Refusal(text));

    /// <summary>
    /// Node takes both. Here each attachment has exactly one place, since that is what keeps CVE-2022-2421 and its like out: no official client
    /// sends anything else (the same buffer twice is two attachments), and one attachment in many places would make a small packet a large one.
    /// </summary>
    [Theory]
    [InlineData("51-[\"e\"," + First + "," + First + "]")]
    [InlineData("52-[\"e\"," + First + "," + First + "," + Second + "]")]
    [InlineData("61-3[" + First + "," + First + "]")]
    [InlineData("52-[\"e\"," + First + "]")]
    [InlineData("52-[\"e\"," + First + "," + First + "]")]
    [InlineData("62-3[" + Second + "]")]
    public void An_attachment_in_two_places_or_in_none_is_refused_although_Node_takes_it(string text) =>
        Assert.Equal(ProtocolError.IllegalPlaceholder, Wire.Refusal(text));

    [Theory]
    [InlineData("""51-["e",{"num":0,"_placeholder":true}]""", "null")]
    [InlineData("""51-["e",{ "_placeholder" : true , "num" : 0 } , 1]""", "null , 1")]
    [InlineData("""51-["e",{"\u005fplaceholder":true,"n\u0075m":0}]""", "null")]
    [InlineData("""51-["e",{"a":[{"b":{"_placeholder":true,"num":0}}]}]""", """{"a":[{"b":null}]}""")]
    [InlineData("""51-["e",{"_placeholder":false,"num":0},{"_placeholder":true,"num":0}]""", """{"_placeholder":false,"num":0},null""")]
    [InlineData("""51-["e",{"_placeholder":{"_placeholder":true,"num":0},"num":1}]""", """{"_placeholder":null,"num":1}""")]
    [InlineData("""51-["e",null,{"_placeholder":true,"num":0},null]""", "null,null,null")]
    public void A_placeholder_is_found_wherever_it_stands(string text, string payload)
    {
        var packet = Wire.Decode(text, [7]);

        Assert.Equal(payload, Wire.Text(packet.Payload));
        Assert.Equal("null", Wire.Text(packet.Payload.Slice(Assert.Single(packet.Places), 4)));
        Assert.Equal([7], Assert.Single(packet.Attachments).ToArray());
    }

    [Fact]
    public void Attachments_come_in_the_order_of_their_places_whatever_their_numbers()
    {
        var packet = Wire.Decode($$"""53-["e",{"_placeholder":true,"num":2},{{First}},{{Second}}]""", [0], [1], [2]);

        Assert.Equal("null,null,null", Wire.Text(packet.Payload));
        Assert.Equal([0, 5, 10], packet.Places);
        Assert.Equal([2, 0, 1], packet.Attachments.Select(attachment => attachment.Span[0]));
    }

    [Fact]
    public void Ten_attachments_are_fine_and_empty_ones_too()
    {
        var placeholders = string.Join(',', Enumerable.Range(0, 10).Select(i => $$"""{"_placeholder":true,"num":{{i}}}"""));

        var packet = Wire.Decode($"510-[\"e\",{placeholders}]", [.. Enumerable.Range(0, 10).Select(i => new byte[i])]);

        Assert.Equal(Enumerable.Range(0, 10), packet.Attachments.Select(attachment => attachment.Length));
    }

    [Fact]
    public void The_number_of_attachments_is_an_option()
    {
        var decoder = new PacketDecoder(new PacketDecoderOptions { MaxAttachments = 1 });

        Assert.Equal(DecodeStatus.NeedsAttachments, decoder.Decode(Wire.Bytes($"51-[\"e\",{First}]"), out _));
        decoder.Reset();
        Assert.Equal(DecodeStatus.Error, decoder.Decode(Wire.Bytes($"52-[\"e\",{First},{Second}]"), out _));
        Assert.Equal(ProtocolError.TooManyAttachments, decoder.Error);
    }

    [Fact]
    public void A_text_message_while_attachments_are_due_is_refused()
    {
        var decoder = Wire.Decoder();
        decoder.Decode(Wire.Bytes($"51-[\"e\",{First}]"), out _);

        Assert.Equal(DecodeStatus.Error, decoder.Decode("2[\"e\"]"u8, out _));
        Assert.Equal(ProtocolError.UnexpectedText, decoder.Error);
        Assert.False(decoder.HasPending);
    }

    [Fact]
    public void A_binary_message_that_nothing_announced_is_refused()
    {
        var decoder = Wire.Decoder();

        Assert.Equal(DecodeStatus.Error, decoder.DecodeBinary([1], out _));
        Assert.Equal(ProtocolError.UnexpectedBinary, decoder.Error);
    }

    [Fact]
    public void One_attachment_more_than_announced_is_refused()
    {
        var decoder = Wire.Decoder();
        decoder.Decode(Wire.Bytes($"51-[\"e\",{First}]"), out _);

        Assert.Equal(DecodeStatus.Complete, decoder.DecodeBinary([1], out _));
        Assert.Equal(DecodeStatus.Error, decoder.DecodeBinary([1], out _));
    }

    [Fact]
    public void Bytes_held_for_a_packet_are_counted_and_let_go()
    {
        var decoder = Wire.Decoder();
        Assert.Equal((false, 0), (decoder.HasPending, decoder.PendingBytes));

        decoder.Decode(Wire.Bytes($"52-[\"e\",{First},{Second}]"), out _);
        Assert.Equal((true, "null,null".Length), (decoder.HasPending, decoder.PendingBytes));

        Assert.Equal(DecodeStatus.NeedsAttachments, decoder.DecodeBinary(new byte[1_000], out _));
        Assert.Equal(1_009, decoder.PendingBytes);

        decoder.Reset();
        Assert.Equal((false, 0), (decoder.HasPending, decoder.PendingBytes));
        Assert.Equal(DecodeStatus.Complete, decoder.Decode("2[\"e\"]"u8, out _));
    }
}
