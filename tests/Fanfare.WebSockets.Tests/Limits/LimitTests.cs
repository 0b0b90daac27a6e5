using Fanfare.AspNetCore;

namespace Fanfare.WebSockets.Tests.Limits;

/// <summary>What each limit answers, that it is counted, and that a line of the log tells it: product section 10.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData("{nope", "bad_json")]
    [InlineData("[]", "bad_message")]
    [InlineData("""{"type":"nobody_knows"}""", "unknown_type")]
    public async Task Ten_protocol_errors_within_60_s_close_with_4400(string text, string code)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server);

        for (var i = 0; i < 10; i++)
        {
            await client.SendAsync(text);
            Assert.Equal(code, await client.NextErrorAsync());
        }

        Assert.Empty(await client.ExpectCloseAsync(4400, "protocol errors"));
        Assert.Equal(1, server.Meters.Refused(FanfareMetrics.Limit.ProtocolErrors));
        Assert.Single(server.Logs.Of("TooManyProtocolErrors"));
        Assert.Equal(code == "bad_json" ? 10 : 0, server.Meters.Refused(FanfareMetrics.Limit.Json));
        Assert.Equal(code == "bad_json", server.Logs.Of("JsonRefused").Count > 0);
    }

    [Fact]
    public async Task Nine_in_60_s_do_not_and_the_60_s_begin_with_any_of_them()
    {
        await using var server = await TestServer.StartAsync(movesClock: true, rooms: static options => options.PingInterval = TimeSpan.FromHours(1));
        await using var client = await PlainClient.EnterAsync(server);
        await BreakRules(1);
        server.Clock!.Advance(TimeSpan.FromSeconds(59));
        await BreakRules(8);
        server.Clock.Advance(TimeSpan.FromSeconds(2));

        // The first is out of sight by now: nine are within the last 60 s after this one, and ten after the next.
        await BreakRules(1);
        await client.ExpectNothingAsync();
        await BreakRules(1);

        await client.ExpectCloseAsync(4400, "protocol errors");

        async Task BreakRules(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await client.SendAsync("{");
                Assert.Equal("bad_json", await client.NextErrorAsync());
            }
        }
    }

    [Theory]
    [InlineData("""{"type":"join","room":"secret"}""")]
    [InlineData("""{"type":"join","room":""}""")]
    [InlineData("""{"type":"leave","room":"open-x"}""")]
    [InlineData("""{"type":"message","room":"open-x","content":1}""")]
    [InlineData("""{"type":"refresh","token":"!"}""")]
    [InlineData("""{"type":"authenticate","token":"u2"}""")]
    public async Task Refusals_by_right_or_membership_never_count(string text)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server);

        for (var i = 0; i < 30; i++)
        {
            await client.SendAsync(text);
            await client.NextErrorAsync();
        }

        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task Before_authentication_a_frame_has_at_most_8_KiB()
    {
        await using var server = await TestServer.StartAsync();
        await using var good = await PlainClient.ConnectAsync(server);
        await using var bad = await PlainClient.ConnectAsync(server);

        Assert.Equal("""{"type":"pong"}""", await good.AskAsync(Ping(8 * 1024)));
        await bad.SendAsync(Ping((8 * 1024) + 1));

        await bad.ExpectCloseAsync(1009);
        Assert.Equal(1, server.Meters.Refused(FanfareMetrics.Limit.MessageBytes));
        Assert.Contains("8192", Assert.Single(server.Logs.Of("FrameTooLarge")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_authentication_a_frame_has_at_most_64_KiB()
    {
        await using var server = await TestServer.StartAsync();
        await using var good = await PlainClient.EnterAsync(server);
        await using var bad = await PlainClient.EnterAsync(server);

        Assert.Equal("""{"type":"pong"}""", await good.AskAsync(Ping(64 * 1024)));
        await bad.SendAsync(Ping((64 * 1024) + 1));

        await bad.ExpectCloseAsync(1009);
        Assert.Contains("65536", Assert.Single(server.Logs.Of("FrameTooLarge")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frame_may_be_large_as_soon_as_the_client_can_know_that_it_is_authenticated()
    {
        // The listener keeps the server busy while the client, told already, sends. It is let in by a thread of its own, which holds up nobody.
        var answer = new TaskCompletionSource();
        using var wait = new ManualResetEventSlim();
        await using var server = await TestServer.StartAsync(main =>
        {
            main.Authenticate(async handshake =>
            {
                await answer.Task;
                return TestServer.UserOf(handshake.AuthText("token"));
            });
            main.OnConnection(_ => wait.Wait(Within.Default));
        });
        await using var client = await PlainClient.ConnectAsync(server);
        await client.SendAsync("""{"type":"authenticate","token":"u1"}""");
        await client.ExpectNothingAsync();
        new Thread(answer.SetResult) { IsBackground = true }.Start();
        Assert.Equal("authenticated", (await client.NextJsonAsync()).GetProperty("type").GetString());

        var pong = await client.AskAsync(Ping(64 * 1024));
        wait.Set();

        Assert.Equal("""{"type":"pong"}""", pong);
    }

    [Fact]
    public async Task A_message_in_more_than_1024_fragments_closes_with_1009_and_counts_as_such()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server);
        var text = Ping(2000);

        await client.SendFragmentsAsync(text, 1024);
        Assert.Equal("""{"type":"pong"}""", await client.NextAsync());
        await client.SendFragmentsAsync(text, 1025);

        await client.ExpectCloseAsync(1009);
        Assert.Equal(1, server.Meters.Refused(FanfareMetrics.Limit.Fragments));
        Assert.Equal(0, server.Meters.Refused(FanfareMetrics.Limit.MessageBytes));
        Assert.Single(server.Logs.Of("TooManyFragments"));
    }

    [Fact]
    public async Task The_129th_room_is_too_many_and_the_others_stay()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server);
        await client.SendAsync("{\"type\":\"join\",\"rooms\":[" + string.Join(',', Enumerable.Range(0, 130).Select(static i => $"\"open-{i}\"")) + "],\"ref\":1}");

        var answers = new List<string>();
        for (var i = 0; i < 130; i++)
        {
            var answer = await client.NextJsonAsync();
            answers.Add(answer.TryGetProperty("code", out var code) ? $"{code} {answer.GetProperty("room")} {answer.GetProperty("ref")}" : answer.GetProperty("type").GetString()!);
        }

        Assert.Equal([.. Enumerable.Repeat("joined", 128), "too_many open-128 1", "too_many open-129 1"], answers);
        await client.JoinAsync("open-5");
        Assert.Equal(2, server.Meters.Refused(FanfareMetrics.Limit.Rooms));
        Assert.NotEmpty(server.Logs.Of("TooManyRooms"));
        await client.SendAsync("""{"type":"leave","room":"open-5"}""");
        await client.NextAsync();
        await client.JoinAsync("open-129");
    }

    [Fact]
    public async Task Over_the_connections_of_a_user_it_is_too_many_and_4429()
    {
        await using var server = await TestServer.StartAsync(static main => main.Options.Limits.MaxConnectionsPerUser = 2);
        await using var first = await PlainClient.EnterAsync(server);
        await using var second = await SocketIOPeer.ConnectAsync(server);
        await using var third = await PlainClient.ConnectAsync(server);
        await using var other = await PlainClient.EnterAsync(server, "u2");

        await third.SendAsync("""{"type":"authenticate","token":"u1","ref":1}""");

        Assert.Equal("too_many", await third.NextErrorAsync());
        await third.ExpectCloseAsync(4429, "too many connections");
        Assert.Equal(1, server.Meters.Refused(FanfareMetrics.Limit.ConnectionsPerUser));
        Assert.Single(server.Logs.Of("TooManyConnectionsOfUser"));
        await first.CloseAsync();
        await server.Meters.When("fanfare.connections.active", null, static sum => sum == 2);
        await using var fourth = await PlainClient.EnterAsync(server);
    }

    [Fact]
    public async Task Over_the_connections_of_an_address_the_answer_is_429_until_one_leaves()
    {
        await using var server = await TestServer.StartAsync(rooms: static options => options.MaxConnectionsPerAddress = 2);
        await using var first = await PlainClient.ConnectAsync(server);
        await using var second = await PlainClient.ConnectAsync(server);

        await using (var third = await RawClient.ConnectAsync(server))
        {
            Assert.Equal(429, third.Status);
            Assert.Contains("\r\nRetry-After: ", third.Head, StringComparison.Ordinal);
        }

        Assert.Equal(1, server.Meters.Refused(FanfareMetrics.Limit.ConnectionsPerAddress));
        Assert.Single(server.Logs.Of("TooManyConnectionsOfAddress"));
        first.Break();
        await server.Meters.When("fanfare.sessions.active", null, static sum => sum == 1);
        while (true)
        {
            // The place is free a moment after the count.
            await using var fourth = await RawClient.ConnectAsync(server);
            if (fourth.Status == 101)
            {
                break;
            }
        }
    }

    [Fact]
    public async Task A_client_over_the_rate_is_read_more_slowly_and_nothing_is_lost()
    {
        await using var server = await TestServer.StartAsync(rooms: static options =>
        {
            options.Rates.MaxMessagesPerSecond = 400;
            options.Rates.MessageBurst = 20;
        });
        await using var client = await PlainClient.EnterAsync(server);

        for (var i = 0; i < 200; i++)
        {
            await client.SendAsync($$"""{"type":"ping","ref":{{i}}}""");
        }

        for (var i = 0; i < 200; i++)
        {
            Assert.Equal($$"""{"type":"pong","ref":{{i}}}""", await client.NextAsync());
        }

        Assert.True(server.Meters.Refused(FanfareMetrics.Limit.Rate) > 0);
        Assert.NotEmpty(server.Logs.Of("RateLimited"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Over_the_rate_for_ten_seconds_it_is_told_and_closed_with_4429(bool byBytes)
    {
        await using var server = await TestServer.StartAsync(movesClock: true, rooms: options => Limit(options.Rates, byBytes));
        await using var client = await PlainClient.EnterAsync(server);

        // With the last of them a debt of more than 10 s begins.
        for (var i = 0; i < (byBytes ? 17 : 2); i++)
        {
            await client.SendAsync(Ping(4000));
        }

        await server.Meters.WhenRefused(FanfareMetrics.Limit.Rate);
        server.Clock!.Advance(TimeSpan.FromSeconds(9.9));
        server.Clock.Advance(TimeSpan.FromSeconds(0.2));

        var rest = await client.ExpectCloseAsync(4429, "rate limited");
        Assert.Single(rest, static text => text.StartsWith("""{"type":"error","code":"rate_limited",""", StringComparison.Ordinal));
        Assert.Single(server.Logs.Of("RateLimitClosed"));
    }

    private static void Limit(RateLimits rates, bool byBytes)
    {
        rates.MaxMessagesPerSecond = byBytes ? 0 : 0.01;
        rates.MessageBurst = 2;
        rates.MaxBytesPerSecond = byBytes ? 100 : 0;
    }

    /// <summary>A ping of exactly so many bytes.</summary>
    private static string Ping(int bytes)
    {
        const string Frame = """{"type":"ping","x":""}""";
        return Frame.Insert(Frame.Length - 2, new string('x', bytes - Frame.Length));
    }
}
