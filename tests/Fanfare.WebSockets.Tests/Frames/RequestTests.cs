namespace Fanfare.WebSockets.Tests.Frames;

/// <summary>Each request of a client and its answer, byte for byte: product section 4, protocol notes section 7.</summary>
public sealed class RequestTests
{
    [Fact]
    public async Task Connected_is_the_first_frame_and_names_the_client()
    {
        await using var server = await TestServer.StartAsync();

        await using var first = await PlainClient.ConnectAsync(server);
        await using var second = await PlainClient.ConnectAsync(server);

        Assert.Equal(20, first.ClientId.Length);
        Assert.NotEqual(first.ClientId, second.ClientId);
    }

    [Fact]
    public async Task Authenticate_is_answered_with_user_end_and_cursor()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.ConnectAsync(server);

        var answer = await client.AskAsync("""{"type":"authenticate","token":"u1@4102444800123","ref":1}""");

        Assert.Equal($$"""{"type":"authenticated","userId":"u1","expiresAt":4102444800123,"cursor":"{{server.Main.History.Head}}","ref":1}""", answer);
    }

    [Fact]
    public async Task A_user_without_an_end_is_told_none()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.ConnectAsync(server);

        Assert.Equal($$"""{"type":"authenticated","userId":"u1","cursor":"{{server.Main.History.Head}}"}""", await client.AskAsync("""{"type":"authenticate","token":"u1"}"""));
    }

    [Fact]
    public async Task Join_is_answered_with_room_and_cursor_with_and_without_ref()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server);

        var cursor = server.Main.History.Head;
        Assert.Equal($$"""{"type":"joined","room":"open-1","cursor":"{{cursor}}"}""", await client.AskAsync("""{"type":"join","room":"open-1"}"""));
        Assert.Equal($$"""{"type":"joined","room":"open-2","cursor":"{{cursor}}","ref":"x"}""", await client.AskAsync("""{"type":"join","room":"open-2","ref":"x"}"""));
    }

    [Fact]
    public async Task Several_rooms_in_one_request_are_answered_one_by_one_and_a_refused_one_hinders_no_other()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server);

        await client.SendAsync("""{"type":"join","rooms":["open-1","secret","open-2","a\u0000b","open-1"],"ref":7}""");

        var answers = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            answers.Add((await client.NextAsync())!);
        }

        var cursor = server.Main.History.Head;
        Assert.Contains($$"""{"type":"joined","room":"open-1","cursor":"{{cursor}}","ref":7}""", answers);
        Assert.Contains($$"""{"type":"joined","room":"open-2","cursor":"{{cursor}}","ref":7}""", answers);
        Assert.Single(answers, static text => text.StartsWith("""{"type":"error","code":"forbidden",""", StringComparison.Ordinal) && text.EndsWith(""","room":"secret","ref":7}""", StringComparison.Ordinal));
        Assert.Single(answers, static text => text.StartsWith("""{"type":"error","code":"bad_room",""", StringComparison.Ordinal) && text.EndsWith(""","room":"a\u0000b","ref":7}""", StringComparison.Ordinal));
        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task A_message_is_acked_with_its_cursor_and_reaches_the_other_members_only()
    {
        await using var server = await TestServer.StartAsync();
        await using var sender = await PlainClient.JoinAsync(server, "u1");
        await using var reader = await PlainClient.JoinAsync(server, "u2");
        await using var stranger = await PlainClient.JoinAsync(server, "u3", "open-other");
        Assert.Equal("""{"type":"user_joined","userId":"u2","room":"open"}""", await sender.NextAsync());

        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var ack = await sender.AskAsync("""{"type":"message","room":"open","content":{"t": "hi"},"ref":2}""");
        var message = await reader.NextJsonAsync();

        var cursor = server.Main.History.Head.ToString();
        Assert.Equal($$"""{"type":"ack","ref":2,"cursor":"{{cursor}}"}""", ack);
        Assert.Equal(["type", "room", "from", "content", "timestamp", "cursor"], message.EnumerateObject().Select(static member => member.Name));
        Assert.Equal("message", message.GetProperty("type").GetString());
        Assert.Equal("open", message.GetProperty("room").GetString());
        Assert.Equal("u1", message.GetProperty("from").GetString());
        Assert.Equal("""{"t": "hi"}""", message.GetProperty("content").GetRawText());
        Assert.Equal(cursor, message.GetProperty("cursor").GetString());
        Assert.InRange(message.GetProperty("timestamp").GetInt64(), before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        await sender.ExpectNothingAsync();
        await stranger.ExpectNothingAsync();
    }

    [Fact]
    public async Task A_message_without_ref_is_not_answered()
    {
        await using var server = await TestServer.StartAsync();
        await using var sender = await PlainClient.JoinAsync(server, "u1");

        await sender.SendAsync("""{"type":"message","room":"open","content":null}""");

        await sender.ExpectNothingAsync();
        Assert.Equal(1, server.Main.HistoryCount);
    }

    [Fact]
    public async Task Leave_is_answered_and_nothing_of_the_room_comes_afterwards()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.JoinAsync(server);

        Assert.Equal("""{"type":"left","room":"open","ref":"é"}""", await client.AskAsync("""{"type":"leave","room":"open","ref":"é"}"""));
        await server.Main.To("open").EmitAsync("news", 1);

        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task Ping_is_answered_at_once_also_before_authentication()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.ConnectAsync(server);

        Assert.Equal("""{"type":"pong"}""", await client.AskAsync("""{"type":"ping"}"""));
        Assert.Equal("""{"type":"pong","ref":9}""", await client.AskAsync("""{"type":"ping","ref":9}"""));
        Assert.Equal("""{"type":"pong","ref":9}""", await client.AskAsync("""{"type":"ping","ref":9}"""));
    }

    [Fact]
    public async Task Refresh_is_answered_as_authenticate_is()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server);

        Assert.Equal(
            $$"""{"type":"authenticated","userId":"u1","expiresAt":4102444800000,"cursor":"{{server.Main.History.Head}}","ref":1}""",
            await client.AskAsync("""{"type":"refresh","token":"u1@4102444800000","ref":1}"""));
        Assert.Equal(
            $$"""{"type":"authenticated","userId":"u1","cursor":"{{server.Main.History.Head}}"}""",
            await client.AskAsync("""{"type":"authenticate","token":"u1"}"""));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("1e2")]
    [InlineData("2.50")]
    [InlineData("-0")]
    [InlineData("12345678901234567890123456789.000")]
    [InlineData("\"é\"")]
    [InlineData("\"\\u00e9\\n\"")]
    [InlineData("\"\"")]
    public async Task A_ref_is_repeated_digit_for_digit(string reference)
    {
        await using var server = await TestServer.StartAsync(static main => main.On("ask", static (Connection _, int value) => Task.FromResult(value)));
        await using var client = await PlainClient.JoinAsync(server);

        await client.SendAsync($$"""{"ref": {{reference}} ,"type":"ping"}""");
        await client.SendAsync($$"""{"type":"ask","args":[5],"ref":{{reference}}}""");
        await client.SendAsync($$"""{"type":"message","room":"open","content":1,"ref":{{reference}}}""");
        await client.SendAsync($$"""{"type":"join","room":"secret","ref":{{reference}}}""");
        await client.SendAsync($$"""{"type":"leave","room":"open","ref":{{reference}}}""");

        Assert.Equal($$"""{"type":"pong","ref":{{reference}}}""", await client.NextAsync());
        Assert.Equal($$"""{"type":"ack","ref":{{reference}},"data":5}""", await client.NextAsync());
        Assert.StartsWith($$"""{"type":"ack","ref":{{reference}},"cursor":""", await client.NextAsync(), StringComparison.Ordinal);
        Assert.EndsWith($$""","ref":{{reference}}}""", await client.NextAsync(), StringComparison.Ordinal);
        Assert.Equal($$"""{"type":"left","room":"open","ref":{{reference}}}""", await client.NextAsync());
    }

    [Fact]
    public async Task A_ref_may_be_as_long_as_a_frame()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server);
        var reference = new string('x', 60_000);

        Assert.Equal($$"""{"type":"pong","ref":"{{reference}}"}""", await client.AskAsync($$"""{"type":"ping","ref":"{{reference}}"}"""));
    }

    [Fact]
    public async Task Null_as_ref_or_since_is_as_if_absent()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.ConnectAsync(server);

        Assert.Equal("""{"type":"pong"}""", await client.AskAsync("""{"type":"ping","ref":null}"""));
        var authenticated = $$"""{"type":"authenticated","userId":"u1","cursor":"{{server.Main.History.Head}}"}""";
        Assert.Equal(authenticated, await client.AskAsync("""{"type":"authenticate","token":"u1","since":null,"ref":null}"""));
        Assert.Equal($$"""{"type":"joined","room":"open","cursor":"{{server.Main.History.Head}}"}""", await client.AskAsync("""{"type":"join","room":"open","since":null,"ref":null}"""));
        Assert.Equal(authenticated, await client.AskAsync("""{"type":"authenticate","token":"u1","since":null}"""));
    }

    [Fact]
    public async Task Requests_are_served_in_the_order_in_which_they_came_also_while_authentication_takes_its_time()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(main => main.Authenticate(async handshake =>
        {
            await gate.Task;
            return TestServer.UserOf(handshake.AuthText("token"));
        }));
        await using var client = await PlainClient.ConnectAsync(server);

        await client.SendAsync("""{"type":"authenticate","token":"u1"}""");
        for (var i = 0; i < 90; i++)
        {
            await client.SendAsync($$"""{"type":"join","room":"open-{{i}}","ref":{{i}}}""");
        }

        gate.SetResult();

        Assert.Equal("authenticated", (await client.NextJsonAsync()).GetProperty("type").GetString());
        for (var i = 0; i < 90; i++)
        {
            Assert.Equal(i, (await client.NextJsonAsync()).GetProperty("ref").GetInt32());
        }
    }
}
