using System.Collections.Concurrent;

namespace Fanfare.SocketIO.Tests.Recovery;

/// <summary>Connection state recovery: protocol notes 2.4, product sections 3 and 7.</summary>
public sealed class RecoveryTests
{
    private readonly Recorder<Connection> _connections = new();
    private readonly Recorder<string> _ends = new();
    private readonly ConcurrentQueue<string> _rooms = new();
    private readonly ConcurrentDictionary<string, bool> _forbidden = new();

    [Theory]
    [InlineData(EngineLink.WebSocket)]
    [InlineData(EngineLink.Polling)]
    public async Task After_a_lost_line_the_client_has_its_id_rooms_and_data_and_hears_what_it_missed(string transport)
    {
        await using var server = await StartAsync();
        await using var lost = await SocketClient.ConnectAsync(server, transport);
        Assert.Equal(22, lost.Pid?.Length);
        Assert.NotEqual(lost.Id, lost.Pid);
        var connection = await _connections.Next();
        await connection.JoinAsync("room");
        connection.Data["name"] = "Ada";
        await server.Main.To("room").EmitAsync("heard", 0);
        var (heard, offset) = await lost.NextKeptAsync();
        Assert.Equal("[\"heard\",0]", heard);

        await BreakAsync(lost);
        await server.Main.To("room").EmitAsync("missed", 1);
        await server.Main.EmitAsync("missed", 2);
        await server.Main.To("elsewhere").EmitAsync("not mine");
        await server.Main.To(lost.Id).EmitAsync("missed", 3);
        await server.Main.To("room").Except(lost.Id).EmitAsync("not mine");
        await server.Main.To(["room", "elsewhere"]).EmitAsync("missed", 4);
        await using var back = await SocketClient.ConnectAsync(server, transport, auth: Auth(lost.Pid, offset));

        Assert.Equal(lost.Id, back.Id);
        Assert.Equal(lost.Pid, back.Pid);
        Assert.Equal(["[\"missed\",1]", "[\"missed\",2]", "[\"missed\",3]", "[\"missed\",4]"], back.Missed.Select(static json => SocketClient.SplitOffset(json).Event));
        var restored = await _connections.Next();
        Assert.True(restored.IsRecovered);
        Assert.True(restored.IsIn("room"));
        Assert.Equal("Ada", (string?)restored.Data["name"]);
        await server.Main.To("room").EmitAsync("live");
        Assert.Equal("[\"live\"]", (await back.NextKeptAsync()).Event);
        Assert.Equal(1, server.Meters.Sum("fanfare.recoveries", "recovered"));
    }

    [Fact]
    public async Task A_session_that_is_still_open_is_taken_over_as_often_as_it_is_shown()
    {
        await using var server = await StartAsync();
        await using var first = await SocketClient.ConnectAsync(server);
        var connection = await _connections.Next();
        await connection.JoinAsync("room");
        await server.Main.To("room").EmitAsync("heard");
        var (_, offset) = await first.NextKeptAsync();
        // The client has not read these: its line is dead and nobody noticed.
        await server.Main.To("room").EmitAsync("missed", 1);
        await server.Main.To("room").EmitAsync("missed", 2);
        var told = _rooms.Count;

        await using var second = await SocketClient.ConnectAsync(server, auth: Auth(first.Pid, offset));
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(["[\"missed\",1]", "[\"missed\",2]"], second.Missed.Select(static json => SocketClient.SplitOffset(json).Event));
        Assert.Equal("forced close recovered", $"{await _ends.Next()} {((await _connections.Next()).IsRecovered ? "recovered" : "fresh")}");
        await first.Link.RestAsync();

        await using var third = await SocketClient.ConnectAsync(server, EngineLink.Polling, auth: Auth(first.Pid, SocketClient.SplitOffset(second.Missed[0]).Offset));
        Assert.Equal(first.Id, third.Id);
        Assert.Equal(["[\"missed\",2]"], third.Missed.Select(static json => SocketClient.SplitOffset(json).Event));
        Assert.Equal("forced close", await _ends.Next());
        Assert.True((await _connections.Next()).IsIn("room"));
        // Nobody left and nobody came, as far as the application can tell.
        Assert.Equal(told, _rooms.Count);
        Assert.Equal(1, server.Main.ConnectionCount);
        await server.Main.To("room").EmitAsync("live");
        Assert.Equal("[\"live\"]", (await third.NextKeptAsync()).Event);
    }

    [Fact]
    public async Task A_session_that_has_received_nothing_recovers_by_its_pid_alone()
    {
        await using var server = await StartAsync();
        await server.Main.EmitAsync("before its time");
        await using var lost = await SocketClient.ConnectAsync(server);
        await (await _connections.Next()).JoinAsync("room");
        await BreakAsync(lost);
        await server.Main.To("room").EmitAsync("missed", 1);

        await using var back = await SocketClient.ConnectAsync(server, auth: Auth(lost.Pid));

        Assert.Equal(lost.Id, back.Id);
        Assert.Equal(["[\"missed\",1]"], back.Missed.Select(static json => SocketClient.SplitOffset(json).Event));
    }

    [Fact]
    public async Task Volatile_and_transient_events_carry_the_offset_and_are_not_replayed()
    {
        await using var server = await StartAsync();
        await using var lost = await SocketClient.ConnectAsync(server);
        await _connections.Next();
        await server.Main.EmitAsync("kept");
        await server.Main.Volatile.EmitAsync("volatile");
        await server.Main.Transient.EmitAsync("transient");
        var (_, kept) = await lost.NextKeptAsync();
        Assert.Equal(("[\"volatile\"]", kept), await lost.NextKeptAsync());
        Assert.Equal(("[\"transient\"]", kept), await lost.NextKeptAsync());
        var asked = server.Main.Timeout(Within.Default).EmitWithAckAsync("question", 1);
        Assert.Equal("42" + "0[\"question\",1]", await lost.NextAsync());
        await lost.Link.SendAsync("430[]");
        await asked.InTime();

        await BreakAsync(lost);
        await server.Main.Volatile.EmitAsync("volatile");
        await server.Main.EmitAsync("kept too");
        await server.Main.Transient.EmitAsync("transient");
        await using var back = await SocketClient.ConnectAsync(server, auth: Auth(lost.Pid, kept));

        Assert.Equal(lost.Id, back.Id);
        Assert.Equal(["[\"kept too\"]"], back.Missed.Select(static json => SocketClient.SplitOffset(json).Event));
    }

    [Fact]
    public async Task An_event_to_one_client_is_kept_for_its_session()
    {
        await using var server = await StartAsync();
        await using var lost = await SocketClient.ConnectAsync(server);
        var connection = await _connections.Next();
        await connection.EmitAsync("heard");
        var (_, offset) = await lost.NextKeptAsync();

        await BreakAsync(lost);
        await connection.EmitAsync("too late for this one", 1);
        await using var back = await SocketClient.ConnectAsync(server, auth: Auth(lost.Pid, offset));

        Assert.Equal(lost.Id, back.Id);
        Assert.Equal(["[\"too late for this one\",1]"], back.Missed.Select(static json => SocketClient.SplitOffset(json).Event));
    }

    [Fact]
    public async Task Binary_is_replayed_as_binary()
    {
        await using var server = await StartAsync();
        await using var lost = await SocketClient.ConnectAsync(server);
        await _connections.Next();
        await BreakAsync(lost);
        await server.Main.EmitAsync("missed", new byte[] { 1, 2, 3 });
        await using var link = await WebSocketLink.OpenAsync(server);

        await link.SendAsync("40" + Auth(lost.Pid));

        Assert.StartsWith("""451-["missed",{"_placeholder":true,"num":0},""", await link.NextAsync(), StringComparison.Ordinal);
        Assert.Equal("bAQID", await link.NextAsync());
        Assert.StartsWith($$"""40{"sid":"{{lost.Id}}",""", await link.NextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("[\"{good}\"]")]
    public async Task An_offset_that_is_no_text_is_unknown_and_not_absent(string offset)
    {
        await using var server = await StartAsync();
        await using var owner = await SocketClient.ConnectAsync(server);
        await server.Main.EmitAsync("heard");
        var (_, good) = await owner.NextKeptAsync();

        await using var fresh = await SocketClient.ConnectAsync(server, auth: $$"""{"pid":"{{owner.Pid}}","offset":{{offset.Replace("{good}", good, StringComparison.Ordinal)}}}""");

        Assert.NotEqual(owner.Id, fresh.Id);
        Assert.Empty(fresh.Missed);
        await using var back = await SocketClient.ConnectAsync(server, auth: $$"""{"pid":"{{owner.Pid}}","offset":null}""");
        Assert.Equal(owner.Id, back.Id);
        Assert.Equal(["[\"heard\"]"], back.Missed.Select(static json => SocketClient.SplitOffset(json).Event));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("0-0")]
    [InlineData("foreign0000-1")]
    [InlineData("1795502486074-0")]
    [InlineData("{epoch}-999999")]
    [InlineData("{epoch}-99999999999999999999")]
    [InlineData("{epoch}--1")]
    [InlineData("{epoch}-01")]
    public async Task An_unknown_offset_gives_a_fresh_session_and_leaves_the_old_one_alone(string offset)
    {
        await using var server = await StartAsync();
        await using var owner = await SocketClient.ConnectAsync(server);
        await _connections.Next();
        await server.Main.EmitAsync("heard");
        var (_, good) = await owner.NextKeptAsync();

        await using var fresh = await SocketClient.ConnectAsync(server, auth: Auth(owner.Pid, offset.Replace("{epoch}", good.Split('-')[0], StringComparison.Ordinal)));

        Assert.NotEqual(owner.Id, fresh.Id);
        Assert.NotEqual(owner.Pid, fresh.Pid);
        Assert.Empty(fresh.Missed);
        Assert.False((await _connections.Next()).IsRecovered);
        Assert.Equal("[1]", await owner.AskAsync("[\"echo\",1]"));
        await using var back = await SocketClient.ConnectAsync(server, auth: Auth(owner.Pid, good));
        Assert.Equal(owner.Id, back.Id);
    }

    [Theory]
    [InlineData(1000)]
    public async Task Whoever_shows_another_users_pid_gets_a_fresh_session_and_the_owner_notices_nothing(int attempts)
    {
        await using var server = await StartAsync();
        await using var owner = await SocketClient.ConnectAsync(server, auth: """{"user":"owner"}""");
        await (await _connections.Next()).JoinAsync("room");

        for (var i = 0; i < attempts; i++)
        {
            var auth = $$"""{"user":"thief{{i % 5}}","pid":"{{owner.Pid}}"}""";
            await using var thief = await SocketClient.ConnectAsync(server, auth: i % 5 == 4 ? Auth(owner.Pid) : auth);
            Assert.NotEqual(owner.Id, thief.Id);
            Assert.Empty(thief.Missed);
            Assert.False((await _connections.Next()).IsRecovered);
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
        await _connections.Next();
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
        var connection = (SocketIOConnection)await _connections.Next();

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
        Assert.Equal(isRecoverable, (await _connections.Next()).IsRecovered);
    }

    [Fact]
    public async Task A_room_that_the_user_may_not_enter_any_more_is_not_restored_and_not_replayed()
    {
        await using var server = await StartAsync(main => main.AuthorizeRooms((_, room) => ValueTask.FromResult(!_forbidden.ContainsKey(room))));
        foreach (var isOpen in new[] { true, false })
        {
            _forbidden.Clear();
            await using var lost = await SocketClient.ConnectAsync(server);
            await (await _connections.Next()).JoinAsync("public", "private");
            if (!isOpen)
            {
                await BreakAsync(lost);
            }

            _forbidden["private"] = true;
            await server.Main.To("private").EmitAsync("secret");
            await server.Main.To("public").EmitAsync("open");
            await using var back = await SocketClient.ConnectAsync(server, auth: Auth(lost.Pid));

            Assert.Equal(lost.Id, back.Id);
            Assert.Equal(["[\"open\"]"], back.Missed.Select(static json => SocketClient.SplitOffset(json).Event));
            var connection = await _connections.Next();
            Assert.True(connection.IsIn("public"));
            Assert.False(connection.IsIn("private"));
            await server.Main.To("private").EmitAsync("secret");
            await server.Main.To("public").EmitAsync("live");
            Assert.Equal("[\"live\"]", (await back.NextKeptAsync()).Event);
        }
    }

    [Fact]
    public async Task After_a_loss_leaving_and_joining_are_told_again()
    {
        await using var server = await StartAsync();
        await using var lost = await SocketClient.ConnectAsync(server);
        await (await _connections.Next()).JoinAsync("a", "b");

        await BreakAsync(lost);
        await using var back = await SocketClient.ConnectAsync(server, auth: Auth(lost.Pid));
        await _connections.Next();

        Assert.Equal(lost.Id, back.Id);
        Assert.Equal(["joined a", "joined b", "left a", "left b", "joined a", "joined b"], _rooms);
    }

    [Fact]
    public async Task Authentication_runs_again_and_middlewares_only_if_asked()
    {
        var calls = new ConcurrentQueue<string>();
        await using var server = await StartAsync(main =>
        {
            main.Use((_, next) =>
            {
                calls.Enqueue("middleware");
                return next();
            });
            main.Authenticate(handshake =>
            {
                calls.Enqueue("authenticate");
                return ValueTask.FromResult(handshake.AuthText("token") == "bad" ? null : new User("u1"));
            });
        });
        await using var lost = await SocketClient.ConnectAsync(server);
        await _connections.Next();
        await BreakAsync(lost);

        await using var link = await WebSocketLink.OpenAsync(server);
        await link.SendAsync($$"""40{"pid":"{{lost.Pid}}","token":"bad"}""");
        Assert.Equal("""44{"message":"unauthorized"}""", await link.NextAsync());
        var back = await SocketClient.EnterAsync(link, auth: Auth(lost.Pid));

        Assert.Equal(lost.Id, back.Id);
        Assert.Equal(["authenticate", "middleware", "authenticate", "authenticate"], calls);
    }

    [Fact]
    public async Task Of_two_that_show_the_same_pid_at_once_both_are_served_and_one_remains()
    {
        await using var server = await StartAsync();
        await using var lost = await SocketClient.ConnectAsync(server);
        await (await _connections.Next()).JoinAsync("room");
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

    [Theory]
    [InlineData(EngineLink.WebSocket, 1500)]
    [InlineData(EngineLink.Polling, 400)]
    public async Task A_long_replay_and_what_comes_meanwhile_arrive_once_and_in_order(string transport, int count)
    {
        await using var server = await StartAsync(main => main.Options.History.MaxCountPerRoom = 5000);
        await using var lost = await SocketClient.ConnectAsync(server, transport);
        await (await _connections.Next()).JoinAsync("room");
        await BreakAsync(lost);
        var filler = new string('x', 200);
        for (var i = 0; i < count; i++)
        {
            await server.Main.To("room").EmitAsync("m", i, filler);
        }

        await using var link = await EngineLink.OpenAsync(server, transport);
        await link.SendAsync("40" + Auth(lost.Pid));
        var live = Task.Run(
            async () =>
            {
                for (var i = count; i < count + 100; i++)
                {
                    await server.Main.To("room").EmitAsync("m", i, filler);
                    await Task.Yield();
                }
            },
            TestContext.Current.CancellationToken);
        var heard = new List<string>();
        var isAnswered = false;
        while (heard.Count < count + 100 || !isAnswered)
        {
            var packet = await link.NextAsync();
            Assert.NotNull(packet);
            if (packet.StartsWith("40{", StringComparison.Ordinal))
            {
                Assert.False(isAnswered);
                Assert.Contains(lost.Id, packet, StringComparison.Ordinal);
                isAnswered = true;
            }
            else
            {
                heard.Add(packet[..packet.IndexOf(",\"x", StringComparison.Ordinal)]);
            }
        }

        await live.InTime();
        Assert.True(isAnswered);
        Assert.Equal(Enumerable.Range(0, count + 100).Select(static i => $"42[\"m\",{i}"), heard);
    }

    [Fact]
    public async Task What_the_log_has_dropped_gives_a_fresh_session()
    {
        await using var server = await StartAsync(static main => main.Options.History.MaxCountPerRoom = 10);
        await using var lost = await SocketClient.ConnectAsync(server);
        await (await _connections.Next()).JoinAsync("room");
        await BreakAsync(lost);
        for (var i = 0; i < 11; i++)
        {
            await server.Main.To("room").EmitAsync("m", i);
        }

        await using var fresh = await SocketClient.ConnectAsync(server, auth: Auth(lost.Pid));

        Assert.NotEqual(lost.Id, fresh.Id);
        Assert.Empty(fresh.Missed);
        Assert.Equal(1, server.Meters.Sum("fanfare.recoveries", "trimmed"));
    }

    [Fact]
    public async Task Lost_sessions_of_one_user_are_bounded()
    {
        await using var server = await StartAsync(static main => main.Options.Recovery.MaxSessionsPerUser = 3);
        for (var i = 0; i < 5; i++)
        {
            await using var client = await SocketClient.ConnectAsync(server, auth: """{"user":"u1"}""");
            await _connections.Next();
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
        var connection = await _connections.Next();
        await connection.JoinAsync("a", "b", "c");
        await lost.Link.SendAsync("420[\"slow\"]");
        Assert.Equal("430[]", await lost.NextAsync());
        await lost.BreakAsync();
        await server.Meters.When("fanfare.sessions.active", null, static count => count == 0);
        Assert.True(connection.IsClosed);

        await using var back = await SocketClient.ConnectAsync(server, auth: Auth(lost.Pid));
        var successor = await _connections.Next();
        Assert.Equal(lost.Id, back.Id);
        Assert.True(successor.IsRecovered);
        Assert.True(successor.IsIn("a"));
        await successor.LeaveAsync("b");
        handling.Release();
        Assert.Equal("transport close", await _ends.Next());

        Assert.Equal(["joined a", "joined b", "joined c", "left b"], _rooms);
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
        var connection = await _connections.Next();
        await lost.Link.SendAsync("420[\"slow\"]");
        Assert.Equal("430[]", await lost.NextAsync());
        await connection.DisconnectAsync();

        await using var next = await SocketClient.ConnectAsync(server, auth: Auth(lost.Pid));

        Assert.NotEqual(lost.Id, next.Id);
        Assert.False((await _connections.Next()).IsRecovered);
        handling.Release();
        await connection.Completion.InTime();
    }

    private static string Auth(string? pid, string? offset = null) =>
        offset is null ? $$"""{"pid":"{{pid}}"}""" : $$"""{"pid":"{{pid}}","offset":"{{offset}}"}""";

    private async Task BreakAsync(SocketClient client)
    {
        await client.BreakAsync();
        await _ends.Next();
    }

    private Task<TestServer> StartAsync(Action<Namespace>? setup = null, bool movesClock = false) => TestServer.StartAsync(
        fanfare: static options => options.ConfigureNamespaces = static options => options.Recovery.IsEnabled = true,
        movesClock: movesClock,
        setup: fanfare =>
        {
            var main = fanfare.Of("/");
            main.Authenticate(static handshake => ValueTask.FromResult<User?>(handshake.AuthText("user") is { } user ? new User(user) : User.Anonymous));
            main.On("echo", static context => context.Ack(context.Arguments));
            main.Joined += (_, room) => _rooms.Enqueue($"joined {room}");
            main.Left += (_, room) => _rooms.Enqueue($"left {room}");
            main.OnConnection(connection =>
            {
                connection.OnDisconnect(reason => _ends.Add(reason.Text));
                _connections.Add(connection);
            });
            setup?.Invoke(main);
        });
}
