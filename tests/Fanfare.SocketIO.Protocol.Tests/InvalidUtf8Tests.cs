using Fanfare.Json;

namespace Fanfare.SocketIO.Protocol.Tests;

public sealed class InvalidUtf8Tests
{
    public static TheoryData<string> Patterns => InvalidUtf8.Patterns;

    [Fact]
    public void There_are_75_different_patterns() => Assert.Equal(75, Patterns.Select(row => row.Data).Distinct().Count());

    [Theory, MemberData(nameof(Patterns))]
    public void Json_with_such_bytes_in_a_string_or_key_is_refused(string pattern)
    {
        foreach (var text in new[] { "\"?\"", "\"a?b\"", "[\"x\",\"?\"]", "{\"?\":1}", "{\"a?\":{\"b\":1}}", "\"\\n?\"", "\"long enough for vectors: 0123456789012345678901234567890123456789?\"" })
        {
            Assert.Equal(JsonFault.InvalidUtf8, JsonGuard.Check(InvalidUtf8.Insert(text, pattern)));
        }
    }

    [Theory, MemberData(nameof(Patterns))]
    public void A_packet_with_such_bytes_anywhere_is_refused(string pattern)
    {
        foreach (var text in new[] { "2[\"?\"]", "2[\"e\",\"?\"]", "2[\"e\",{\"?\":1}]", "2/?,[\"e\"]", "0/?", "0{\"token\":\"?\"}", "31[\"?\"]", "51-[\"e\",\"?\",{\"_placeholder\":true,\"num\":0}]", "?" })
        {
            Assert.Equal(ProtocolError.InvalidUtf8, Wire.Refusal(InvalidUtf8.Insert(text, pattern)));
        }
    }

    [Theory, MemberData(nameof(Patterns))]
    public void A_polling_body_with_such_bytes_is_refused(string pattern)
    {
        foreach (var text in new[] { "4?", "4a\u001e4?\u001e4b", "?" })
        {
            var reader = new EnginePayloadReader(InvalidUtf8.Insert(text, pattern));

            Assert.False(reader.TryRead(out _));
            Assert.Equal(ProtocolError.InvalidUtf8, reader.Error);
        }
    }
}
