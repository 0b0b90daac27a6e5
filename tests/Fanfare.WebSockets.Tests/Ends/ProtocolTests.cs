using System.Text;

namespace Fanfare.WebSockets.Tests.Ends;

/// <summary>RFC 6455 and UTF-8 at the endpoint: product section 4; hardening row T20 for this wire.</summary>
public sealed class ProtocolTests
{
    /// <summary>What RFC 3629 forbids: overlong forms, surrogates, beyond U+10FFFF, stray and missing continuations.</summary>
    public static TheoryData<string> InvalidUtf8
    {
        get
        {
            var patterns = new TheoryData<string>();
            for (var b = 0x80; b <= 0xBF; b += 0x15)
            {
                patterns.Add($"{b:X2}");
            }

            foreach (var lead in new[] { 0xC0, 0xC1, 0xF5, 0xF8, 0xFC, 0xFE, 0xFF })
            {
                patterns.Add($"{lead:X2}");
                patterns.Add($"{lead:X2}80");
                patterns.Add($"{lead:X2}808080");
            }

            foreach (var whole in new[] { "C3A9", "DFBF", "E282AC", "EFBFBD", "F09F9880", "F48FBFBF" })
            {
                for (var cut = 2; cut < whole.Length; cut += 2)
                {
                    patterns.Add(whole[..cut]);
                    patterns.Add(whole[..cut] + "41");
                    patterns.Add(whole[..cut] + whole);
                }
            }

            foreach (var pattern in new[] { "C080", "C1BF", "E08080", "E09FBF", "F0808080", "F08FBFBF", "EDA080", "EDAFBF", "EDB080", "EDBFBF", "EDA080EDB080", "EDADBFEDBFBF", "F4908080", "F7BFBFBF", "F8888080", "FBBFBFBFBF" })
            {
                patterns.Add(pattern);
            }

            return patterns;
        }
    }

    [Theory]
    [MemberData(nameof(InvalidUtf8))]
    public async Task Text_that_is_no_UTF_8_closes_with_1007_and_is_no_fault_of_the_server(string hex)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server);

        await client.SendBytesAsync([.. "{\"type\":\"ping\",\"ref\":\""u8, .. Convert.FromHexString(hex), .. "\"}"u8]);

        await client.ExpectCloseAsync(1007);
        await server.Meters.WhenAllAreGone();
        Assert.Empty(server.Faults);
    }

    [Theory]
    [InlineData("unmasked", 1002)]
    [InlineData("reserved bit", 1002)]
    [InlineData("reserved opcode", 1002)]
    [InlineData("reserved control", 1002)]
    [InlineData("fragmented ping", 1002)]
    [InlineData("large ping", 1002)]
    [InlineData("continuation of nothing", 1002)]
    [InlineData("text within a message", 1002)]
    [InlineData("one byte of close", 1002)]
    [InlineData("close code that may not be sent", 1002)]
    [InlineData("close reason that is no UTF-8", 1007)]
    public async Task A_broken_rule_of_RFC_6455_closes_with_its_code(string rule, int code)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await RawClient.ConnectAsync(server, "Authorization: Bearer u1");
        await client.NextTextAsync();
        await client.NextTextAsync();
        var ping = Encoding.UTF8.GetBytes("""{"type":"ping"}""");

        await client.SendAsync(rule switch
        {
            "unmasked" => [0x81, (byte)ping.Length, .. ping],
            "reserved bit" => RawClient.Frame(0xC1, ping),
            "reserved opcode" => RawClient.Frame(0x83, ping),
            "reserved control" => RawClient.Frame(0x8B, []),
            "fragmented ping" => RawClient.Frame(0x09, []),
            "large ping" => RawClient.Frame(0x89, new byte[126]),
            "continuation of nothing" => RawClient.Frame(0x80, ping),
            "text within a message" => [.. RawClient.Frame(0x01, ping), .. RawClient.Frame(0x81, ping)],
            "one byte of close" => RawClient.Frame(0x88, [3]),
            "close code that may not be sent" => RawClient.Frame(0x88, [0x03, 0xED]),
            _ => RawClient.Frame(0x88, [0x03, 0xE8, 0xFF]),
        });

        Assert.Equal(code, await client.NextCloseCodeAsync());
        await server.Meters.WhenAllAreGone();
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task A_message_in_fragments_with_control_frames_between_is_one_message()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await RawClient.ConnectAsync(server, "Authorization: Bearer u1");
        await client.NextTextAsync();
        await client.NextTextAsync();
        var bytes = Encoding.UTF8.GetBytes("""{"type":"ping","ref":"é€😀"}""");

        for (var i = 0; i < bytes.Length; i++)
        {
            await client.SendAsync(RawClient.Frame((byte)((i == 0 ? 0x01 : 0x00) | (i == bytes.Length - 1 ? 0x80 : 0)), bytes.AsSpan(i, 1)));
            if (i == 5)
            {
                await client.SendAsync(RawClient.Frame(0x89, "p"u8));
            }
        }

        var pong = await client.NextAsync();
        Assert.Equal(10, pong?.Opcode);
        Assert.Equal("p"u8.ToArray(), pong?.Payload);
        Assert.Equal("""{"type":"pong","ref":"é€😀"}""", await client.NextTextAsync());
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(3000)]
    [InlineData(4999)]
    public async Task A_close_frame_is_echoed(int code)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await RawClient.ConnectAsync(server, "Authorization: Bearer u1");
        await client.NextTextAsync();
        await client.NextTextAsync();

        await client.SendAsync(RawClient.Frame(0x88, [(byte)(code >> 8), (byte)code]));

        Assert.Equal(code, await client.NextCloseCodeAsync());
    }
}
