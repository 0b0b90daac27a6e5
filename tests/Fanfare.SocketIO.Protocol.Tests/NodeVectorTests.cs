using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fanfare.SocketIO.Protocol.Tests;

/// <summary>What the parsers published on npm wrote and read, recorded in <c>Vectors</c>.</summary>
public sealed class NodeVectorTests
{
    /// <summary>Texts that Node takes and the protocol's rules (or ours) do not.</summary>
    private static readonly HashSet<string> RefusedByRule =
    [
        "", // Node reads the missing type as zero, a CONNECT
        "1 ", "0 {}", "2 [\"e\"]", // Node reads the space as the ack id 0
        "2", "2/a[\"e\"]", // an event without a name
        "4", "41", // a CONNECT_ERROR that says nothing
        "51-", "510-[\"e\"]", // fewer placeholders than attachments; Node would find out at the last one
        "2[\"e\",{\"a\":1,\"a\":2}]",
    ];

    private static readonly JsonNode SocketIO = Load("socket.io-parser.json");
    private static readonly JsonNode EngineIO = Load("engine.io-parser.json");

    public static TheoryData<string, string> EncodedPackets =>
        [.. SocketIO["encoded"]!.AsArray().Select(vector => ((string)vector!["text"]!, vector.ToJsonString()))];

    /// <summary>With their numbers: a vector with half a surrogate pair cannot be written as text again.</summary>
    public static TheoryData<string, int> DecodedTexts =>
        [.. SocketIO["decoded"]!.AsArray().Select((vector, index) => ((string)vector!["text"]!, index))];

    public static TheoryData<string, string> EncodedPayloads =>
        [.. EngineIO["encoded"]!.AsArray().Select(vector => ((string)vector!["body"]!, vector["packets"]!.ToJsonString()))];

    public static TheoryData<string, string> DecodedPayloads =>
        [.. EngineIO["decoded"]!.AsArray().Select(vector => ((string)vector!["body"]!, vector["packets"]!.ToJsonString()))];

    [Theory, MemberData(nameof(EncodedPackets))]
    public void A_packet_that_Node_wrote_is_read_and_written_back_byte_for_byte(string text, string vector)
    {
        var expected = JsonNode.Parse(vector)!;
        var attachments = expected["attachments"]!.AsArray().Select(hex => Convert.FromHexString((string)hex!)).ToArray();

        var packet = Wire.Decode(text, attachments);

        AssertSame(expected, packet);
        Assert.Equal("4" + text, Wire.Encode(packet));
        Assert.Equal(attachments, packet.Attachments.Select(attachment => attachment.ToArray()));
    }

    [Theory, MemberData(nameof(DecodedTexts))]
    public void A_text_means_to_us_what_it_means_to_Node(string text, int vector)
    {
        var expected = SocketIO["decoded"]![vector]!;
        var decoder = Wire.Decoder(isClient: true);

        var status = decoder.Decode(Wire.Bytes(text), out var packet);

        if (expected["refused"] is not null || RefusedByRule.Contains(text))
        {
            Assert.Equal(DecodeStatus.Error, status);
        }
        else if (expected["waits"] is not null)
        {
            Assert.Equal(DecodeStatus.NeedsAttachments, status);
        }
        else if (packet.IsIllFormed)
        {
            // Node takes half a surrogate pair; we say whose event it was, and nothing of what is in it.
            Assert.Equal((DecodeStatus.Complete, "2[\"e\",\"\\ud800\"]"), (status, text));
        }
        else
        {
            Assert.Equal(DecodeStatus.Complete, status);
            AssertSame(expected["packet"]!, packet);
        }
    }

    [Theory, MemberData(nameof(EncodedPayloads))]
    public void A_polling_body_that_Node_wrote_is_read_and_written_back_byte_for_byte(string body, string packets)
    {
        var read = Read(body, out var error);

        Assert.Equal(ProtocolError.None, error);
        AssertSame(JsonNode.Parse(packets)!.AsArray(), read);
        Assert.Equal(body, Wire.Written(output => EnginePayloadWriter.Write(output, read)));
    }

    [Theory, MemberData(nameof(DecodedPayloads))]
    public void A_polling_body_means_to_us_what_it_means_to_Node(string body, string packets)
    {
        var expected = JsonNode.Parse(packets)!.AsArray();
        var isRefused = expected.Count > 0 && expected[^1]!["error"] is not null;
        if (isRefused)
        {
            expected.RemoveAt(expected.Count - 1);
        }

        var read = Read(body, out var error);

        Assert.Equal(isRefused, error != ProtocolError.None);
        AssertSame(expected, read);
    }

    private static EnginePacket[] Read(string body, out ProtocolError error)
    {
        var reader = new EnginePayloadReader(Wire.Bytes(body));
        var packets = new List<EnginePacket>();
        while (reader.TryRead(out var packet))
        {
            packets.Add(packet);
        }

        error = reader.Error;
        return [.. packets];
    }

    private static void AssertSame(JsonArray expected, EnginePacket[] actual)
    {
        Assert.Equal(
            expected.Select(packet => ((string?)packet!["type"], (string?)packet["binary"], (string?)packet["text"] ?? "")),
            actual.Select(packet => (
                (string?)packet.Type.ToString().ToLowerInvariant(),
                packet.IsBinary ? Convert.ToHexStringLower(packet.Data.Span) : null,
                packet.IsBinary ? "" : Wire.Text(packet.Data))));
    }

    private static void AssertSame(JsonNode expected, Packet packet)
    {
        Assert.Equal((int)expected["type"]!, (int)packet.Type);
        Assert.Equal((string?)expected["nsp"], packet.Namespace);
        Assert.Equal((long?)expected["id"], packet.Id);

        var data = packet.Type is PacketType.Event or PacketType.Ack ? DataOfArray(packet) : packet.Payload.IsEmpty ? null : JsonNode.Parse(packet.Payload.Span);
        var expectedData = expected["data"];
        if (packet.Type == PacketType.Ack)
        {
            expectedData ??= new JsonArray(); // an ack with nothing behind its id
        }

        Assert.True(JsonNode.DeepEquals(expectedData, data), $"{expectedData?.ToJsonString()} was expected, {data?.ToJsonString()} came");
    }

    /// <summary>The array as Node shows it: the name in front, binary as <c>{"$binary":hex}</c>.</summary>
    private static JsonArray DataOfArray(Packet packet)
    {
        var json = Wire.Text(packet.Payload);
        for (var i = packet.Places.Length - 1; i >= 0; i--)
        {
            var place = System.Text.Encoding.UTF8.GetCharCount(packet.Payload.Span[..packet.Places[i]]);
            Assert.Equal("null", json.Substring(place, 4));
            json = json[..place] + $$"""{"$binary":"{{Convert.ToHexStringLower(packet.Attachments[i].Span)}}"}""" + json[(place + 4)..];
        }

        var array = JsonNode.Parse($"[{json}]")!.AsArray();
        if (packet.Event is { } name)
        {
            var isNumber = double.TryParse(name, System.Globalization.CultureInfo.InvariantCulture, out _);
            array.Insert(0, isNumber ? JsonNode.Parse(name) : JsonValue.Create(name));
        }

        return array;
    }

    private static JsonNode Load(string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", name)), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = true })!;
}
