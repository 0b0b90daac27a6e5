using System.Net;

namespace Fanfare.SocketIO.Tests.Limits;

/// <summary>What each limit answers, and that it is counted: product section 10.</summary>
public sealed class LimitTests
{
    private readonly Recorder<string> _told = new();

    [Theory]
    [InlineData("42[\"x\",{deep}]")]
    [InlineData("42[\"x\",{\"a\":1,\"a\":2}]")]
    [InlineData("40/second,{\"a\":1,\"a\":2}")]
    public async Task Json_that_is_too_deep_or_has_duplicate_keys_is_counted(string packet)
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);

        await client.Link.SendAsync(packet.Replace("{deep}", new string('[', 40) + new string(']', 40), StringComparison.Ordinal));

        Assert.Null(await client.NextAsync());
        Assert.Equal(1, server.Meters.Refused(FanfareMetrics.Limit.Json));
        Assert.Equal("forced close", await _told.Next());
    }

    [Fact]
    public async Task Too_many_attachments_are_counted()
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);

        await client.Link.SendAsync("4511-[\"x\"]");

        Assert.Null(await client.NextAsync());
        Assert.Equal(1, server.Meters.Refused(FanfareMetrics.Limit.Attachments));
    }

    [Fact]
    public async Task Attachments_that_do_not_come_in_time_end_the_connection()
    {
        await using var server = await StartAsync(movesClock: true);
        await using var client = await SocketClient.ConnectAsync(server);
        await client.Link.SendAsync("452-[\"x\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]");
        await server.Meters.When("fanfare.messages.received", null, static count => count == 2);
        // The deadline is set a moment after the count.
        await client.Link.SendAsync("bAQID");
        await server.Meters.When("fanfare.messages.received", null, static count => count == 3);

        server.Clock!.Advance(TimeSpan.FromSeconds(11));

        await server.Meters.WhenRefused(FanfareMetrics.Limit.Attachments);
        Assert.Null(await client.NextAsync());
        Assert.Equal("forced close", await _told.Next());
    }

    [Fact]
    public async Task Attachments_that_come_in_time_do_not()
    {
        await using var server = await StartAsync(movesClock: true);
        await using var client = await SocketClient.ConnectAsync(server);

        await client.Link.SendAsync("451-5[\"echo\",{\"_placeholder\":true,\"num\":0}]", "bAQID");
        Assert.StartsWith("461-5[", await client.NextAsync(), StringComparison.Ordinal);
        Assert.Equal("bAQID", await client.NextAsync());
        server.Clock!.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal("[1]", await client.AskAsync("[\"echo\",1]"));
        Assert.Equal(0, server.Meters.Refused(FanfareMetrics.Limit.Attachments));
    }

    [Theory]
    [InlineData(EngineLink.WebSocket)]
    [InlineData(EngineLink.Polling)]
    public async Task Over_the_connections_of_an_address_the_answer_is_429_until_one_leaves(string transport)
    {
        await using var server = await StartAsync(static options => options.Engine.MaxConnectionsPerAddress = 3);
        var links = new List<EngineLink>();
        for (var i = 0; i < 3; i++)
        {
            links.Add(await EngineLink.OpenAsync(server, transport));
        }

        using var response = await server.Http.GetAsync(server.Url("EIO=4&transport=polling"), TestContext.Current.CancellationToken).InTime();
        var webSocket = await RawHttp.ExchangeAsync(
            server.Port,
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.StartsWith("HTTP/1.1 429", webSocket, StringComparison.Ordinal);
        Assert.Equal(2, server.Meters.Refused(FanfareMetrics.Limit.ConnectionsPerAddress));
        await links[0].BreakAsync();
        await server.Meters.When("fanfare.sessions.active", null, static sum => sum == 2);
        // The place is free a moment after the count: when the session's request has ended.
        while ((await server.GetAsync("EIO=4&transport=polling")).Status != HttpStatusCode.OK)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        foreach (var link in links)
        {
            await link.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_handshake_that_the_application_breaks_off_takes_no_place_of_its_address()
    {
        var faults = 2;
        await using var server = await StartAsync(options =>
        {
            options.Engine.MaxConnectionsPerAddress = 1;
            options.Engine.InitialHeaders = _ =>
            {
                if (faults-- > 0)
                {
                    throw new InvalidOperationException("no headers");
                }
            };
        });

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            using var response = await server.Http.GetAsync(server.Url("EIO=4&transport=polling"), TestContext.Current.CancellationToken).InTime();
            statuses.Add(response.StatusCode);
        }

        Assert.Equal([HttpStatusCode.InternalServerError, HttpStatusCode.InternalServerError, HttpStatusCode.OK, HttpStatusCode.TooManyRequests], statuses);
    }

    [Theory]
    [InlineData(EngineLink.WebSocket)]
    [InlineData(EngineLink.Polling)]
    public async Task A_client_over_the_rate_is_read_more_slowly_and_nothing_is_lost(string transport)
    {
        await using var server = await StartAsync(static options =>
        {
            options.Engine.MaxMessagesPerSecond = 400;
            options.Engine.MessageBurst = 20;
        });
        await using var client = await SocketClient.ConnectAsync(server, transport);

        for (var i = 0; i < 10; i++)
        {
            await client.Link.SendAsync([.. Enumerable.Range(i * 20, 20).Select(static i => $"42[\"count\",{i}]")]);
        }

        Assert.Equal(Enumerable.Range(0, 200).Select(static i => $"{i}"), await _told.Take(200));
        Assert.True(server.Meters.Refused(FanfareMetrics.Limit.Rate) > 0);
        Assert.Equal("[1]", await client.AskAsync("[\"echo\",1]"));
    }

    [Theory]
    [InlineData(EngineLink.WebSocket)]
    [InlineData(EngineLink.Polling)]
    public async Task A_client_that_stays_over_the_rate_for_ten_seconds_is_closed_and_its_session_is_gone(string transport)
    {
        await using var server = await StartAsync(
            static options =>
            {
                options.Engine.MaxPayloadBytes = 2000;
                options.Engine.MaxBytesPerSecond = 100;
            },
            movesClock: true,
            static options => options.ConfigureNamespaces = static options => options.Recovery.IsEnabled = true);
        await using var client = await SocketClient.ConnectAsync(server, transport);
        var text = $"42[\"text\",\"{new string('x', 1900)}\"]";
        await client.Link.SendAsync(text);
        await _told.Next();

        // A debt of 18 s; over polling the answer is held back for as long.
        var sending = client.Link.SendAsync(text);
        await _told.Next();
        server.Clock!.Advance(TimeSpan.FromSeconds(9.9));
        Assert.True(_told.IsEmpty);
        server.Clock.Advance(TimeSpan.FromSeconds(0.2));

        Assert.Equal("rate limited", await _told.Next());
        await sending;
        Assert.Empty(await client.Link.RestAsync());
        Assert.Equal(1, server.Meters.Refused(FanfareMetrics.Limit.Rate));
        Assert.Equal(0, server.Main.LostSessionCount);
        await using var back = await SocketClient.ConnectAsync(server, transport, auth: $"{{\"pid\":\"{client.Pid}\"}}");
        Assert.NotEqual(client.Id, back.Id);
        Assert.NotEqual(client.Pid, back.Pid);
    }

    [Fact]
    public async Task More_namespaces_than_a_client_may_enter_are_refused()
    {
        await using var server = await StartAsync(static options => options.MaxNamespaces = 2);
        await using var client = await SocketClient.ConnectAsync(server);
        await SocketClient.EnterAsync(client.Link, "/second");

        await client.Link.SendAsync("40/third,");

        Assert.Equal("""44/third,{"message":"too many namespaces"}""", await client.NextAsync());
        Assert.Equal(1, server.Meters.Refused("namespaces"));
    }

    [Theory]
    [InlineData(EngineLink.WebSocket)]
    [InlineData(EngineLink.Polling)]
    public async Task A_message_as_large_as_allowed_is_taken(string transport)
    {
        await using var server = await StartAsync(static options => options.Engine.MaxPayloadBytes = 10_000);
        await using var client = await SocketClient.ConnectAsync(server, transport);
        const string Head = "42[\"text\",\"";

        await client.Link.SendAsync(Head + new string('x', 10_000 - Head.Length - 2) + "\"]");

        Assert.Equal(10_000 - Head.Length - 2, (await _told.Next()).Length);
    }

    [Fact]
    public async Task A_message_in_too_many_fragments_is_refused()
    {
        await using var server = await StartAsync(static options => options.Engine.MaxFragments = 16);
        await using var link = await WebSocketLink.OpenAsync(server);

        await link.SendFragmentsAsync("40", 2);
        Assert.StartsWith("40{", await link.NextAsync(), StringComparison.Ordinal);
        await link.SendFragmentsAsync("42[\"text\",\"xxxxxxxxxxxxxxxxxxxxxxxx\"]", 30);

        Assert.Null(await link.NextAsync());
        Assert.Equal("transport error", await _told.Next());
        Assert.Equal(1, server.Meters.Refused(FanfareMetrics.Limit.Fragments));
        Assert.Equal(0, server.Meters.Refused(FanfareMetrics.Limit.MessageBytes));
        Assert.Single(server.Logs.Lines, static line => line.Name == "TooManyFragments");
    }

    [Fact]
    public async Task After_the_last_client_left_every_gauge_is_zero()
    {
        await using var server = await StartAsync();
        var clients = new List<SocketClient>();
        for (var i = 0; i < 20; i++)
        {
            var client = await SocketClient.ConnectAsync(server, i % 2 == 0 ? EngineLink.WebSocket : EngineLink.Polling);
            await SocketClient.EnterAsync(client.Link, "/second");
            await client.EmitAsync("[\"join\",\"room\"]");
            clients.Add(client);
        }

        await server.Meters.When("fanfare.connections.active", null, static sum => sum == 40);
        Assert.Equal(20, server.Meters.Sum("fanfare.sessions.active"));
        foreach (var client in clients)
        {
            await client.BreakAsync();
            await client.DisposeAsync();
        }

        await server.Meters.When("fanfare.connections.active", null, static sum => sum == 0);
        Assert.Equal(0, server.Meters.Sum("fanfare.sessions.active"));
        Assert.Equal(0, server.Meters.Sum("fanfare.sessions.active", "polling"));
        Assert.Equal(0, server.Meters.Sum("fanfare.sessions.active", "websocket"));
        Assert.Equal(40, server.Meters.Sum("fanfare.closes"));
        await _told.Take(40);
        Assert.Equal(0, server.Main.ConnectionCount);
        Assert.Equal(0, server.Main.RoomCount);
        Assert.Empty(server.Logs.Faults);
    }

    private Task<TestServer> StartAsync(Action<SocketIOOptions>? configure = null, bool movesClock = false, Action<FanfareOptions>? fanfare = null) => TestServer.StartAsync(
        configure,
        fanfare,
        movesClock: movesClock,
        setup: fanfare =>
        {
            foreach (var name in new List<string> { "/", "/second", "/third" })
            {
                var found = fanfare.Of(name);
                found.On("echo", static context => context.Ack(context.Arguments));
                found.On("count", context => _told.Add($"{context.Arguments.Get<int>(0)}"));
                found.On("text", context => _told.Add(context.Arguments.Get<string>(0)!));
                found.On("join", static async (Connection connection, string room) => await connection.JoinAsync(room));
                found.OnConnection(connection => connection.OnDisconnect(reason => _told.Add(reason.Text)));
            }
        });
}
