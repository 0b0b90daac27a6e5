namespace Fanfare.SocketIO.Tests.Recovery;

/// <summary>Connection state recovery, who may continue which session: protocol notes 2.4, product sections 3 and 7.</summary>
public sealed class SuccessionTests : RecoveryTest
{
    [Fact]
    public async Task A_session_that_is_still_open_is_taken_over_as_often_as_it_is_shown()
    {
        await using var server = await StartAsync();
        await using var first = await SocketClient.ConnectAsync(server);
        var connection = await Connections.Next();
        await connection.JoinAsync("room");
        await server.Main.To("room").EmitAsync("heard");
        var (_, offset) = await first.NextKeptAsync();
        // The client has not read these: its line is dead and nobody noticed.
        await server.Main.To("room").EmitAsync("missed", 1);
        await server.Main.To("room").EmitAsync("missed", 2);
        var told = Rooms.Count;

        await using var second = await SocketClient.ConnectAsync(server, auth: Auth(first.Pid, offset));
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(["[\"missed\",1]", "[\"missed\",2]"], second.Missed.Select(static json => SocketClient.SplitOffset(json).Event));
        Assert.Equal("forced close recovered", $"{await Ends.Next()} {((await Connections.Next()).IsRecovered ? "recovered" : "fresh")}");
        await first.Link.RestAsync();

        await using var third = await SocketClient.ConnectAsync(server, EngineLink.Polling, auth: Auth(first.Pid, SocketClient.SplitOffset(second.Missed[0]).Offset));
        Assert.Equal(first.Id, third.Id);
        Assert.Equal(["[\"missed\",2]"], third.Missed.Select(static json => SocketClient.SplitOffset(json).Event));
        Assert.Equal("forced close", await Ends.Next());
        Assert.True((await Connections.Next()).IsIn("room"));
        // Nobody left and nobody came, as far as the application can tell.
        Assert.Equal(told, Rooms.Count);
        Assert.Equal(1, server.Main.ConnectionCount);
        await server.Main.To("room").EmitAsync("live");
        Assert.Equal("[\"live\"]", (await third.NextKeptAsync()).Event);
    }

    [Theory]
    [InlineData(1000)]
    public async Task Whoever_shows_another_users_pid_gets_a_fresh_session_and_the_owner_notices_nothing(int attempts)
    {
        await using var server = await StartAsync();
        await using var owner = await SocketClient.ConnectAsync(server, auth: """{"user":"owner"}""");
        await (await Connections.Next()).JoinAsync("room");

        for (var i = 0; i < attempts; i++)
        {
            var auth = $$"""{"user":"thief{{i % 5}}","pid":"{{owner.Pid}}"}""";
            await using var thief = await SocketClient.ConnectAsync(server, auth: i % 5 == 4 ? Auth(owner.Pid) : auth);
            Assert.NotEqual(owner.Id, thief.Id);
            Assert.Empty(thief.Missed);
            Assert.False((await Connections.Next()).IsRecovered);
            await server.Main.To("room").EmitAsync("secret", i);
            Assert.Equal($"[\"secret\",{i}]", (await owner.NextKeptAsync()).Event);
        }
    }

    [Theory]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("")]
    [InlineData("__proto__")]
    [InlineData("{id}")]
    public async Task An_unknown_pid_gives_a_fresh_session(string pid)
    {
        await using var server = await StartAsync();
        await using var owner = await SocketClient.ConnectAsync(server);

        await using var fresh = await SocketClient.ConnectAsync(server, auth: Auth(pid.Replace("{id}", owner.Id, StringComparison.Ordinal)));

        Assert.NotEqual(owner.Id, fresh.Id);
    }

    [Fact]
    public async Task A_session_that_was_lost_for_too_long_is_gone()
    {
        await using var server = await StartAsync(movesClock: true);
        await using var lost = await SocketClient.ConnectAsync(server);
        await Connections.Next();
        await BreakAsync(lost);

        server.Clock!.Advance(TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(1));
        await using var fresh = await SocketClient.ConnectAsync(server, auth: Auth(lost.Pid));

        Assert.NotEqual(lost.Id, fresh.Id);
        Assert.Equal(0, server.Main.LostSessionCount);
    }

    [Theory]
    [InlineData("client leaves", false)]
    [InlineData("server disconnects", false)]
    [InlineData("bad packet of Engine.IO", false)]
    [InlineData("bad packet of Socket.IO", true)]
    [InlineData("ping from client", true)]
    [InlineData("close of the WebSocket", true)]
    [InlineData("server closes the transport", true)]
    public async Task Whether_a_session_can_be_recovered_depends_on_its_end(string end, bool isRecoverable)
    {
        await using var server = await StartAsync();
        await using var lost = await SocketClient.ConnectAsync(server);
        var connection = (SocketIOConnection)await Connections.Next();

        await (end switch
        {
            "client leaves" => lost.Link.SendAsync("41"),
            "server disconnects" => connection.DisconnectAsync().AsTask(),
            "bad packet of Engine.IO" => lost.Link.SendAsync("x"),
            "bad packet of Socket.IO" => lost.Link.SendAsync("4x"),
            "ping from client" => lost.Link.SendAsync("2"),
            "close of the WebSocket" => ((WebSocketLink)lost.Link).CloseAsync(),
            _ => Task.Run(connection.CloseEngine, TestContext.Current.CancellationToken),
        });
        await connection.Completion.InTime();
        await using var next = await SocketClient.ConnectAsync(server, auth: Auth(lost.Pid));

        Assert.Equal(isRecoverable, next.Id == lost.Id);
        Assert.Equal(isRecoverable, (await Connections.Next()).IsRecovered);
    }

    [Fact]
    public async Task After_a_loss_leaving_and_joining_are_told_again()
    {
        await using var server = await StartAsync();
        await using var lost = await SocketClient.ConnectAsync(server);
        await (await Connections.Next()).JoinAsync("a", "b");

        await BreakAsync(lost);
        await using var back = await SocketClient.ConnectAsync(server, auth: Auth(lost.Pid));
        await Connections.Next();

        Assert.Equal(lost.Id, back.Id);
        Assert.Equal(["joined a", "joined b", "left a", "left b", "joined a", "joined b"], Rooms);
    }

    [Fact]
    public async Task Of_two_that_show_the_same_pid_at_once_both_are_served_and_one_remains()
    {
        await using var server = await StartAsync();
        await using var lost = await SocketClient.ConnectAsync(server);
        await (await Connections.Next()).JoinAsync("room");
        await BreakAsync(lost);

        var both = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            try
            {
                return await SocketClient.ConnectAsync(server, auth: Auth(lost.Pid));
            }
            catch (Exception exception) when (exception is Xunit.Sdk.XunitException or System.Net.WebSockets.WebSocketException)
            {
                // Taken over before its CONNECT was answered.
                return null;
            }
        })));

        Assert.Contains(both, client => client?.Id == lost.Id);
        Assert.Equal(1, await server.Main.To(lost.Id).CountAsync());
        await server.Main.To("room").EmitAsync("live");
        Assert.Equal(1, await server.Main.To("room").CountAsync());
        foreach (var client in both)
        {
            await (client?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    [Fact]
    public async Task Lost_sessions_of_one_user_are_bounded()
    {
        await using var server = await StartAsync(static main => main.Options.Recovery.MaxSessionsPerUser = 3);
        for (var i = 0; i < 5; i++)
        {
            await using var client = await SocketClient.ConnectAsync(server, auth: """{"user":"u1"}""");
            await Connections.Next();
            await BreakAsync(client);
        }

        Assert.Equal(3, server.Main.LostSessionCount);
        Assert.Equal(2, server.Meters.Refused(FanfareMetrics.Limit.RetainedSessions));
    }

    [Fact]
    public async Task Without_recovery_there_is_neither_pid_nor_offset()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await SocketClient.ConnectAsync(server, auth: Auth("x", "y"));

        await server.Main.EmitAsync("plain", 1);

        Assert.Null(client.Pid);
        Assert.Equal("[\"plain\",1]", await client.NextEventAsync());
    }

    [Fact]
    public async Task While_handlers_of_the_lost_connection_still_run_nobody_leaves_and_nobody_comes()
    {
        using var handling = new SemaphoreSlim(0);
        await using var server = await StartAsync(main => main.On("slow", async context =>
        {
            context.Ack();
            await handling.WaitAsync();
            context.Connection.Data["done"] = true;
        }));
        await using var lost = await SocketClient.ConnectAsync(server);
        var connection = await Connections.Next();
        await connection.JoinAsync("a", "b", "c");
        await lost.Link.SendAsync("420[\"slow\"]");
        Assert.Equal("430[]", await lost.NextAsync());
        await lost.BreakAsync();
        await server.Meters.When("fanfare.sessions.active", null, static count => count == 0);
        Assert.True(connection.IsClosed);

        await using var back = await SocketClient.ConnectAsync(server, auth: Auth(lost.Pid));
        var successor = await Connections.Next();
        Assert.Equal(lost.Id, back.Id);
        Assert.True(successor.IsRecovered);
        Assert.True(successor.IsIn("a"));
        await successor.LeaveAsync("b");
        handling.Release();
        Assert.Equal("transport close", await Ends.Next());

        Assert.Equal(["joined a", "joined b", "joined c", "left b"], Rooms);
        Assert.Equal(true, (bool?)successor.Data["done"]);
        await server.Main.To("a").EmitAsync("live");
        Assert.Equal("[\"live\"]", (await back.NextKeptAsync()).Event);
    }

    [Fact]
    public async Task Who_was_sent_away_does_not_come_back_through_a_handler_that_still_runs()
    {
        using var handling = new SemaphoreSlim(0);
        await using var server = await StartAsync(main => main.On("slow", async context =>
        {
            context.Ack();
            await handling.WaitAsync();
        }));
        await using var lost = await SocketClient.ConnectAsync(server);
        var connection = await Connections.Next();
        await lost.Link.SendAsync("420[\"slow\"]");
        Assert.Equal("430[]", await lost.NextAsync());
        await connection.DisconnectAsync();

        await using var next = await SocketClient.ConnectAsync(server, auth: Auth(lost.Pid));

        Assert.NotEqual(lost.Id, next.Id);
        Assert.False((await Connections.Next()).IsRecovered);
        handling.Release();
        await connection.Completion.InTime();
    }
}
