namespace Fanfare.WebSockets.Tests.Ends;

/// <summary>How the server ends a connection, with which code, and that its rooms are left: product section 12 "Ends".</summary>
public sealed class EndTests
{
    [Fact]
    public async Task A_binary_frame_closes_with_1003()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server);

        await client.SendBytesAsync("{\"type\":\"ping\"}"u8.ToArray(), isBinary: true);

        Assert.Empty(await client.ExpectCloseAsync(1003));
    }

    [Fact]
    public async Task Who_does_not_say_in_10_s_who_it_is_is_closed_with_4409()
    {
        await using var server = await TestServer.StartAsync(movesClock: true);
        await using var mute = await PlainClient.ConnectAsync(server);
        await using var wrong = await PlainClient.ConnectAsync(server);
        await wrong.SendAsync("""{"type":"authenticate","token":"!"}""");
        await wrong.NextErrorAsync();
        await using var known = await PlainClient.EnterAsync(server);

        server.Clock!.Advance(TimeSpan.FromSeconds(9.9));
        await mute.ExpectNothingAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(0.2));

        await mute.ExpectCloseAsync(4409, "authentication timeout");
        await wrong.ExpectCloseAsync(4409, "authentication timeout");
        await known.ExpectNothingAsync();
        Assert.Equal(2, server.Meters.Refused(FanfareMetrics.Limit.AuthenticationTimeout));
        Assert.NotEmpty(server.Logs.Of("AuthenticationTimedOut"));
    }

    [Fact]
    public async Task Who_is_known_is_not_timed_out_while_it_is_shown_what_it_missed()
    {
        // Let in by a thread of its own, which holds up nobody.
        var answer = new TaskCompletionSource();
        using var gate = new ManualResetEventSlim();
        var listening = new Recorder<string>();
        await using var server = await TestServer.StartAsync(
            main =>
            {
                main.Authenticate(async handshake =>
                {
                    await answer.Task;
                    return TestServer.UserOf(handshake.AuthText("token"));
                });
                main.OnConnection(connection =>
                {
                    listening.Add(connection.Id);
                    gate.Wait(Within.Default);
                });
            },
            movesClock: true);
        await using var client = await PlainClient.ConnectAsync(server);
        await client.SendAsync($$"""{"type":"authenticate","token":"u1","since":"{{server.Main.History.Head}}"}""");
        await client.ExpectNothingAsync();
        new Thread(answer.SetResult) { IsBackground = true }.Start();
        await listening.Next();

        server.Clock!.Advance(TimeSpan.FromSeconds(11));
        gate.Set();

        Assert.Equal("authenticated", (await client.NextJsonAsync()).GetProperty("type").GetString());
        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task A_token_that_expires_closes_with_4401_on_a_real_clock_and_nothing_is_sent_after_it()
    {
        await using var server = await TestServer.StartAsync();
        await using var watcher = await PlainClient.JoinAsync(server, "u2");
        await using var client = await PlainClient.JoinAsync(server, server.TokenFor("u1", TimeSpan.FromSeconds(1)));
        Assert.Contains("user_joined", await watcher.NextAsync(), StringComparison.Ordinal);

        Assert.Empty(await client.ExpectCloseAsync(4401, "expired"));

        Assert.Equal("""{"type":"user_left","userId":"u1","room":"open"}""", await watcher.NextAsync());
        Assert.Equal(1, server.Main.ConnectionCount);
    }

    [Fact]
    public async Task A_renewed_token_counts_also_one_without_an_end()
    {
        await using var server = await TestServer.StartAsync(movesClock: true, rooms: static options => options.PingInterval = TimeSpan.FromDays(1));
        await using var longer = await PlainClient.EnterAsync(server, server.TokenFor("u1", TimeSpan.FromMinutes(1)));
        await using var endless = await PlainClient.EnterAsync(server, server.TokenFor("u2", TimeSpan.FromMinutes(1)));
        await using var sooner = await PlainClient.EnterAsync(server, server.TokenFor("u3", TimeSpan.FromMinutes(1)));
        await longer.AuthenticateAsync(server.TokenFor("u1", TimeSpan.FromMinutes(3)));
        await endless.AuthenticateAsync("u2");
        await sooner.AuthenticateAsync(server.TokenFor("u3", TimeSpan.FromSeconds(30)));

        server.Clock!.Advance(TimeSpan.FromSeconds(31));
        await sooner.ExpectCloseAsync(4401);
        server.Clock.Advance(TimeSpan.FromSeconds(60));
        await longer.ExpectNothingAsync();
        await endless.ExpectNothingAsync();
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        await longer.ExpectCloseAsync(4401, "expired");
        await endless.ExpectNothingAsync();
    }

    [Fact]
    public async Task Whom_the_application_ends_is_closed_with_4403_on_all_its_connections()
    {
        await using var server = await TestServer.StartAsync();
        await using var first = await PlainClient.JoinAsync(server, "u1");
        await using var second = await PlainClient.EnterAsync(server, "u1");
        await using var other = await PlainClient.EnterAsync(server, "u2");

        await server.Main.DisconnectUserAsync("u1");

        await first.ExpectCloseAsync(4403, "kicked");
        await second.ExpectCloseAsync(4403, "kicked");
        await other.ExpectNothingAsync();
        Assert.Equal(1, server.Main.ConnectionCount);
    }

    [Fact]
    public async Task A_client_that_hears_no_ping_is_closed_with_1011_and_one_that_answers_is_not()
    {
        await using var server = await TestServer.StartAsync(movesClock: true);
        await using var mute = await RawClient.ConnectAsync(server, "Authorization: Bearer u1");
        Assert.StartsWith("""{"type":"connected",""", await mute.NextTextAsync(), StringComparison.Ordinal);
        Assert.StartsWith("""{"type":"authenticated",""", await mute.NextTextAsync(), StringComparison.Ordinal);
        await using var alive = await RawClient.ConnectAsync(server, "Authorization: Bearer u2");
        await alive.NextTextAsync();
        await alive.NextTextAsync();

        server.Clock!.Advance(TimeSpan.FromSeconds(25.1));
        Assert.Equal(9, (await mute.NextAsync())?.Opcode);
        Assert.Equal(9, (await alive.NextAsync())?.Opcode);
        await alive.SendAsync(RawClient.Frame(0x8A, []));
        await alive.SendAsync(RawClient.Text("""{"type":"ping"}"""));
        Assert.Equal("""{"type":"pong"}""", await alive.NextTextAsync());
        server.Clock.Advance(TimeSpan.FromSeconds(20.1));

        Assert.Equal(1011, await mute.NextCloseCodeAsync());
        await server.Meters.When("fanfare.closes", "ping timeout", static count => count == 1);
        await alive.SendAsync(RawClient.Text("""{"type":"ping"}"""));
        Assert.Equal("""{"type":"pong"}""", await alive.NextTextAsync());
        Assert.Equal(1, server.Main.ConnectionCount);
    }

    [Fact]
    public async Task When_a_connection_ends_for_whatever_reason_its_rooms_are_left_and_told_once()
    {
        await using var server = await TestServer.StartAsync();
        await using var watcher = await PlainClient.JoinAsync(server, "u1");
        Func<PlainClient, Task>[] ends =
        [
            static client => client.CloseAsync(),
            static client =>
            {
                client.Break();
                return Task.CompletedTask;
            },
            static client => client.SendBytesAsync([1], isBinary: true),
            static client => client.SendBytesAsync([0xFF]),
            _ => server.Main.DisconnectUserAsync("u2").AsTask(),
        ];
        foreach (var end in ends)
        {
            await using var client = await PlainClient.JoinAsync(server, "u2");
            Assert.Equal("""{"type":"user_joined","userId":"u2","room":"open"}""", await watcher.NextAsync());

            await end(client);

            Assert.Equal("""{"type":"user_left","userId":"u2","room":"open"}""", await watcher.NextAsync());
            await watcher.ExpectNothingAsync();
            Assert.Equal(["user:u1", "open"], server.Main.Connections.Single().Rooms.Skip(1));
        }
    }

    [Fact]
    public async Task The_end_is_told_to_the_listeners_with_its_reason()
    {
        var ends = new Recorder<string>();
        await using var server = await TestServer.StartAsync(main => main.OnConnection(connection =>
        {
            connection.OnDisconnecting(reason => ends.Add($"{reason} {string.Join(' ', connection.Rooms.Skip(1))}"));
            connection.OnDisconnect(reason => ends.Add($"{reason} {connection.Rooms.Count}"));
        }));
        await using (await PlainClient.JoinAsync(server))
        {
        }

        Assert.Equal(["transport close user:u1 open", "transport close 0"], await ends.Take(2));
    }
}
