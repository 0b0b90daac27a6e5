using System.Text;
using static Fanfare.AspNetCore.Tests.Frame;

namespace Fanfare.AspNetCore.Tests.WebSockets;

/// <summary>RFC 6455 rule by rule, in the order of the Autobahn test suite.</summary>
public sealed class FrameDecoderTests
{
    public static TheoryData<string, byte[], string[]> Table => new()
    {
        // 1: framing
        { "empty text", Masked(0x81, []), ["text "] },
        { "text of 125", Masked(0x81, Bytes(125)), [$"text {Text(125)}"] },
        { "text of 126", Masked(0x81, Bytes(126)), [$"text {Text(126)}"] },
        { "text of 65,535", Masked(0x81, Bytes(65_535)), [$"text {Text(65_535)}"] },
        { "text of 65,536", Masked(0x81, Bytes(65_536)), [$"text {Text(65_536)}"] },
        { "empty binary", Masked(0x82, []), ["binary "] },
        { "binary", Masked(0x82, [0, 255, 128]), ["binary 00FF80"] },
        { "length not in its shortest form, 16 bits", [0x81, 0xFE, 0, 125], ["error 1002 length not in its shortest form"] },
        { "length not in its shortest form, 64 bits", [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 255, 255], ["error 1002 length not in its shortest form"] },
        { "length with its highest bit set", [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], ["error 1002 length not in its shortest form"] },
        { "frame not masked", [0x81, 0x05], ["error 1002 frame not masked"] },

        // 2: pings and pongs
        { "ping", Ping("hello"), ["ping hello"] },
        { "empty ping", Ping(), ["ping "] },
        { "ping of 125", Masked(0x89, Bytes(125)), [$"ping {Text(125)}"] },
        { "ping of 126", Masked(0x89, Bytes(126)), ["error 1002 control frame fragmented or longer than 125 bytes"] },
        { "unasked-for pong", Pong("x"u8.ToArray()), ["pong x"] },
        { "many pings", [.. Ping("1"), .. Ping("2"), .. Ping("3")], ["ping 1", "ping 2", "ping 3"] },

        // 3 and 4: reserved bits and opcodes, told by the first byte
        { "RSV3", [0x91], ["error 1002 reserved bits set"] },
        { "RSV2", [0xA1], ["error 1002 reserved bits set"] },
        { "RSV1", [0xC1], ["error 1002 reserved bits set"] },
        { "RSV1 of a ping behind a message", [.. TextMessage("a"), 0xC9], ["text a", "error 1002 reserved bits set"] },
        { "opcode 3", [0x83], ["error 1002 unknown opcode"] },
        { "opcode 7", [0x87], ["error 1002 unknown opcode"] },
        { "opcode 11", [0x8B], ["error 1002 unknown opcode"] },
        { "opcode 15 behind a message", [.. TextMessage("a"), 0x8F], ["text a", "error 1002 unknown opcode"] },

        // 5: fragmentation
        { "ping in fragments", [0x09], ["error 1002 control frame fragmented or longer than 125 bytes"] },
        { "pong in fragments", [0x0A], ["error 1002 control frame fragmented or longer than 125 bytes"] },
        { "close in fragments", [0x08], ["error 1002 control frame fragmented or longer than 125 bytes"] },
        { "text in two", [.. Masked(0x01, "ab"u8.ToArray()), .. Masked(0x80, "cd"u8.ToArray())], ["text abcd"] },
        { "binary in three", [.. Masked(0x02, [1]), .. Masked(0x00, [2]), .. Masked(0x80, [3])], ["binary 010203"] },
        { "empty fragments", [.. Masked(0x01, []), .. Masked(0x00, []), .. Masked(0x80, [])], ["text "] },
        { "last fragment alone has bytes", [.. Masked(0x01, []), .. Masked(0x80, "x"u8.ToArray())], ["text x"] },
        { "ping between fragments", [.. Masked(0x01, "ab"u8.ToArray()), .. Ping("!"), .. Masked(0x80, "cd"u8.ToArray())], ["ping !", "text abcd"] },
        { "continuation without a start", [0x80], ["error 1002 continuation without a start"] },
        { "continuation behind a whole message", [.. TextMessage("a"), 0x00], ["text a", "error 1002 continuation without a start"] },
        { "text within a message", [.. Masked(0x01, "a"u8.ToArray()), 0x81], ["error 1002 new message before the end of the last"] },
        { "binary within a message", [.. Masked(0x01, "a"u8.ToArray()), 0x02], ["error 1002 new message before the end of the last"] },

        // 6: UTF-8 (more in Utf8Tests)
        { "a character in two fragments", [.. Masked(0x01, [0xE2, 0x82]), .. Masked(0x80, [0xAC])], ["text €"] },
        { "a character that does not end", Masked(0x81, [0x61, 0xE2, 0x82]), ["error 1007 invalid UTF-8"] },
        { "invalid in the second fragment, whose end has not come", [.. Masked(0x01, [0xF4]), .. Header(0x80, 100), 0, 0, 0, 0, 0x90], ["error 1007 invalid UTF-8"] },
        { "binary is not looked at", Masked(0x82, [0xFF]), ["binary FF"] },

        // 7: closing
        { "close without a code", Close(), ["close  "] },
        { "close with a code", Close(1000), ["close 1000 "] },
        { "close with a reason", Close(1000, "bye €"), ["close 1000 bye €"] },
        { "reason of 123 bytes", Close(1000, Text(123)), [$"close 1000 {Text(123)}"] },
        { "close of 126 bytes", Masked(0x88, new byte[126]), ["error 1002 control frame fragmented or longer than 125 bytes"] },
        { "close of one byte", Masked(0x88, [3]), ["error 1002 bad close code"] },
        { "invalid UTF-8 in the reason", Masked(0x88, [0x03, 0xE8, 0xC0, 0x80]), ["error 1007 invalid UTF-8"] },
        { "a message behind a close", [.. Close(1000), .. TextMessage("late")], ["close 1000 "] },
        { "a close within a message", [.. Masked(0x01, "a"u8.ToArray()), .. Close(1001)], ["close 1001 "] },
    };

    public static TheoryData<int> ValidCodes => [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];

    public static TheoryData<int> InvalidCodes => [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];

    [Theory]
    [MemberData(nameof(Table))]
    public void Every_rule_is_kept_in_every_split_of_the_bytes(string name, byte[] bytes, string[] expected)
    {
        Assert.NotEmpty(name);
        Assert.Equal(expected, RecordingFrameHandler.Read([bytes]));
        Assert.Equal(expected, RecordingFrameHandler.Read(bytes.Chunk(1)));
        Assert.Equal(expected, RecordingFrameHandler.Read(bytes.Chunk(3)));
        Assert.Equal(expected, RecordingFrameHandler.Read(bytes.Chunk(7)));
        for (var i = 0; i <= Math.Min(bytes.Length, 40); i++)
        {
            Assert.Equal(expected, RecordingFrameHandler.Read([bytes[..i], bytes[i..]]));
        }
    }

    [Theory]
    [MemberData(nameof(ValidCodes))]
    public void Codes_that_may_be_sent_are_taken(int code) =>
        Assert.Equal([$"close {code} why"], RecordingFrameHandler.Read([Close(code, "why")]));

    [Theory]
    [MemberData(nameof(InvalidCodes))]
    public void Codes_that_may_not_be_sent_are_refused(int code) =>
        Assert.Equal(["error 1002 bad close code"], RecordingFrameHandler.Read([Close(code)]));

    [Fact]
    public void Any_split_of_a_long_talk_gives_the_same_messages()
    {
        var random = new Random(Random.Shared.Next());
        for (var round = 0; round < 300; round++)
        {
            var talk = RandomTalk(random, out var expected);
            var parts = new List<byte[]>();
            for (var at = 0; at < talk.Length;)
            {
                var length = Math.Min(talk.Length - at, 1 + random.Next(random.Next(2) == 0 ? 20 : 5000));
                parts.Add(talk[at..(at + length)]);
                at += length;
            }

            Assert.Equal(expected, RecordingFrameHandler.Read(parts));
        }
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(Random.Shared.Next());
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(1, 60)];
            random.NextBytes(bytes);
            if (random.Next(2) == 0)
            {
                // Past the first checks more often than chance would have it.
                bytes[0] = (byte)(bytes[0] & 0x8F);
                bytes[^1] |= 0x80;
            }

            RecordingFrameHandler.Read(bytes.Chunk(1 + random.Next(bytes.Length)), maxMessageBytes: 1000);
        }
    }

    [Fact]
    public void An_announced_length_above_the_limit_is_refused_before_any_payload_and_the_limit_itself_is_taken()
    {
        Assert.Equal(["error 1009 message too big"], RecordingFrameHandler.Read([Header(0x82, 1001)], maxMessageBytes: 1000));
        Assert.Equal(["error 1009 message too big"], RecordingFrameHandler.Read([Header(0x82, long.MaxValue)], maxMessageBytes: 1000));
        Assert.Equal(["error 1009 message too big"], RecordingFrameHandler.Read([Header(0x82, 101)], maxMessageBytes: 100));
        Assert.Equal([$"text {Text(1000)}"], RecordingFrameHandler.Read([Masked(0x81, Bytes(1000))], maxMessageBytes: 1000));
    }

    [Fact]
    public void Earlier_fragments_count_against_the_limit()
    {
        byte[] first = Masked(0x02, new byte[600]);
        Assert.Equal(["error 1009 message too big"], RecordingFrameHandler.Read([first, Header(0x80, 401)], maxMessageBytes: 1000));
        Assert.Equal(
            [$"binary {new string('0', 2000)}", $"binary {new string('0', 2000)}"],
            RecordingFrameHandler.Read([first, Masked(0x80, new byte[400]), Masked(0x82, new byte[1000])], maxMessageBytes: 1000));
    }

    [Fact]
    public void A_message_may_come_in_1024_fragments_but_not_in_one_more()
    {
        byte[] start = Masked(0x01, "a"u8.ToArray());
        byte[] middle = Masked(0x00, "a"u8.ToArray());
        byte[] end = Masked(0x80, "a"u8.ToArray());

        Assert.Equal(
            [$"text {new string('a', 1024)}", "text b"],
            RecordingFrameHandler.Read([start, .. Enumerable.Repeat(middle, 1022), end, TextMessage("b")]));
        Assert.Equal(
            ["error 1009 too many fragments"],
            RecordingFrameHandler.Read([start, .. Enumerable.Repeat(middle, 1023), end]));
    }

    [Fact]
    public void Only_an_unfinished_message_is_called_so()
    {
        var handler = new RecordingFrameHandler();
        var decoder = new FrameDecoder(1000, 10);
        Assert.False(decoder.IsUnfinished);
        decoder.Feed([0x01], handler);
        Assert.True(decoder.IsUnfinished);
        decoder.Feed([0x80, 0, 0, 0, 0], handler);
        Assert.True(decoder.IsUnfinished);
        decoder.Feed(Ping(), handler);
        Assert.True(decoder.IsUnfinished);
        decoder.Feed(Masked(0x80, []), handler);
        Assert.False(decoder.IsUnfinished);
    }

    private static byte[] Bytes(int length) => Encoding.ASCII.GetBytes(Text(length));

    private static string Text(int length) => new('*', length);

    private static byte[] RandomTalk(Random random, out List<string> expected)
    {
        expected = [];
        var talk = new List<byte>();
        for (var i = random.Next(1, 8); i > 0; i--)
        {
            var isText = random.Next(2) == 0;
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 300)).Select(_ => "aé€😀"[..2].Insert(random.Next(3), "€😀")));
            var payload = isText ? Encoding.UTF8.GetBytes(text) : RandomBytes(random);
            var fragments = random.Next(1, 5);
            for (var fragment = 0; fragment < fragments; fragment++)
            {
                var isLast = fragment == fragments - 1;
                var from = payload.Length * fragment / fragments;
                var to = payload.Length * (fragment + 1) / fragments;
                var opcode = fragment > 0 ? 0 : isText ? 1 : 2;
                talk.AddRange(Masked((byte)(opcode | (isLast ? 0x80 : 0)), payload[from..to]));
                if (!isLast && random.Next(3) == 0)
                {
                    talk.AddRange(Ping($"{i}"));
                    expected.Add($"ping {i}");
                }
            }

            expected.Add(isText ? $"text {text}" : $"binary {Convert.ToHexString(payload)}");
        }

        return [.. talk];
    }

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(4) == 0 ? random.Next(70_000) : random.Next(200)];
        random.NextBytes(bytes);
        return bytes;
    }
}
