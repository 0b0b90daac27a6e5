namespace Fanfare.WebSockets.Tests.Frames;

/// <summary>What is wrong is said with a code, and the connection lives on: product section 4.</summary>
public sealed class ErrorTests
{
    [Theory]
    [InlineData("{nope")]
    [InlineData("")]
    [InlineData("{\"type\":\"ping\"}{}")]
    [InlineData("{\"type\":\"ping\",\"type\":\"ping\"}")]
    [InlineData("{\"type\":\"ping\",\"a\":{\"b\":1,\"\\u0062\":2}}")]
    [InlineData("{\"type\":\"ping\",\"a\":\"\\ud800\"}")]
    [InlineData("{\"type\":\"ping\",\"a\":{deep}}")]
    public async Task What_is_not_strict_JSON_is_bad_json(string text)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server);

        await client.SendAsync(text.Replace("{deep}", new string('[', 32) + new string(']', 32), StringComparison.Ordinal));

        Assert.Equal("bad_json", await client.NextErrorAsync());
        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task Thirty_two_levels_are_taken()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server);

        Assert.Equal("""{"type":"pong"}""", await client.AskAsync("{\"type\":\"ping\",\"a\":" + new string('[', 31) + new string(']', 31) + "}"));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("\"ping\"")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"type\":5}")]
    [InlineData("{\"type\":null}")]
    [InlineData("{\"type\":{\"type\":\"ping\"}}")]
    [InlineData("{\"type\":\"ping\",\"ref\":true}")]
    [InlineData("{\"type\":\"ping\",\"ref\":{}}")]
    [InlineData("{\"type\":\"ping\",\"ref\":[1]}")]
    [InlineData("{\"type\":\"ping\",\"args\":{}}")]
    [InlineData("{\"type\":\"join\",\"room\":\"open\",\"since\":5}")]
    [InlineData("{\"type\":\"authenticate\",\"token\":\"u1\",\"since\":{}}")]
    [InlineData("{\"type\":\"message\",\"room\":\"open\"}")]
    public async Task JSON_that_is_no_frame_is_bad_message(string text)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.JoinAsync(server);

        await client.SendAsync(text);

        Assert.Equal("bad_message", await client.NextErrorAsync());
        await client.ExpectNothingAsync();
    }

    [Theory]
    [InlineData("""{"type":"nobody_knows","ref":1}""", "unknown_type")]
    [InlineData("""{"type":"","ref":1}""", "unknown_type")]
    [InlineData("""{"type":"disconnect","ref":1}""", "unknown_type")]
    [InlineData("""{"type":"joined","ref":1}""", "unknown_type")]
    [InlineData("""{"type":"join","ref":1}""", "bad_room")]
    [InlineData("""{"type":"join","room":5,"ref":1}""", "bad_room")]
    [InlineData("""{"type":"join","room":{"a":1},"ref":1}""", "bad_room")]
    [InlineData("""{"type":"join","rooms":"open","ref":1}""", "bad_room")]
    [InlineData("""{"type":"join","rooms":[],"ref":1}""", "bad_room")]
    [InlineData("""{"type":"join","rooms":["open",5],"ref":1}""", "bad_room")]
    [InlineData("""{"type":"join","room":"secret","ref":1}""", "forbidden")]
    [InlineData("""{"type":"leave","ref":1}""", "bad_room")]
    [InlineData("""{"type":"leave","room":[],"ref":1}""", "bad_room")]
    [InlineData("""{"type":"leave","room":"open-never-joined","ref":1}""", "not_joined")]
    [InlineData("""{"type":"message","content":1,"ref":1}""", "bad_room")]
    [InlineData("""{"type":"message","room":7,"content":1,"ref":1}""", "bad_room")]
    [InlineData("""{"type":"message","room":"open-never-joined","content":1,"ref":1}""", "not_joined")]
    [InlineData("""{"type":"message","room":"secret","content":1,"ref":1}""", "not_joined")]
    [InlineData("""{"type":"message","room":"open","ref":1}""", "bad_message")]
    [InlineData("""{"type":"authenticate","ref":1}""", "unauthorized")]
    [InlineData("""{"type":"authenticate","token":5,"ref":1}""", "unauthorized")]
    [InlineData("""{"type":"refresh","token":null,"ref":1}""", "unauthorized")]
    [InlineData("""{"type":"refresh","userId":"u1","ref":1}""", "unauthorized")]
    public async Task Each_wrong_request_gets_its_code_and_its_ref_and_changes_nothing(string text, string code)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.JoinAsync(server);

        var error = await client.AskAsync(text);

        Assert.StartsWith($$"""{"type":"error","code":"{{code}}","message":""", error, StringComparison.Ordinal);
        Assert.EndsWith(",\"ref\":1}", error, StringComparison.Ordinal);
        await client.ExpectNothingAsync();
        Assert.Equal(2, server.Main.RoomCount);
        Assert.Equal(0, server.Main.HistoryCount);
    }

    [Theory]
    [InlineData("""{"type":"join","room":"open"}""")]
    [InlineData("""{"type":"leave","room":"open"}""")]
    [InlineData("""{"type":"message","room":"open","content":1}""")]
    [InlineData("""{"type":"ask","value":1}""")]
    [InlineData("""{"type":"nobody_knows"}""")]
    public async Task Before_authentication_everything_but_ping_is_unauthorized(string text)
    {
        var calls = new Recorder<string>();
        await using var server = await TestServer.StartAsync(main => main.On("ask", context => calls.Add(context.Event)));
        await using var client = await PlainClient.ConnectAsync(server);

        await client.SendAsync(text);

        Assert.Equal("unauthorized", await client.NextErrorAsync());
        await client.ExpectNothingAsync();
        Assert.True(calls.IsEmpty);
        Assert.Equal(0, server.Main.RoomCount);
    }

    [Fact]
    public async Task Leaving_a_room_that_was_never_joined_is_told_to_nobody()
    {
        await using var server = await TestServer.StartAsync();
        await using var member = await PlainClient.JoinAsync(server, "u1");
        await using var stranger = await PlainClient.EnterAsync(server, "u2");

        await stranger.SendAsync("""{"type":"leave","room":"open"}""");

        Assert.Equal("not_joined", await stranger.NextErrorAsync());
        await member.ExpectNothingAsync();
    }

    [Theory]
    [InlineData("join", 255, true)]
    [InlineData("join", 256, false)]
    [InlineData("join", 0, false)]
    [InlineData("leave", 256, false)]
    [InlineData("message", 256, false)]
    public async Task A_room_name_has_one_to_255_bytes(string type, int bytes, bool isGood)
    {
        await using var server = await TestServer.StartAsync(static main => main.AuthorizeRooms(static (_, _) => ValueTask.FromResult(true)));
        await using var client = await PlainClient.EnterAsync(server);

        foreach (var name in bytes == 0 ? [""] : new[] { new string('x', bytes), new string('é', bytes / 2) + new string('x', bytes % 2), string.Concat(Enumerable.Repeat("😀", bytes / 4)) + new string('x', bytes % 4) })
        {
            await client.SendAsync($$"""{"type":"{{type}}","room":"{{name}}","content":1}""");
            Assert.Equal(isGood ? "joined" : "bad_room", isGood ? (await client.NextJsonAsync()).GetProperty("type").GetString() : await client.NextErrorAsync());
        }
    }

    [Theory]
    [InlineData("\\u0000")]
    [InlineData("\\u001f")]
    [InlineData("\\n")]
    [InlineData("\\u007f")]
    [InlineData("\\u0085")]
    [InlineData("\\u009f")]
    public async Task A_room_name_has_no_control_characters(string character)
    {
        await using var server = await TestServer.StartAsync(static main => main.AuthorizeRooms(static (_, _) => ValueTask.FromResult(true)));
        await using var client = await PlainClient.EnterAsync(server);

        await client.SendAsync($$"""{"type":"join","room":"a{{character}}b"}""");

        Assert.Equal("bad_room", await client.NextErrorAsync());
    }
}
