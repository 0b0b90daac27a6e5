using System.Collections.Concurrent;

namespace Fanfare.SocketIO.Tests.Recovery;

/// <summary>Connection state recovery, what comes back: protocol notes 2.4, product sections 3 and 7.</summary>
public sealed class RecoveryTests : RecoveryTest
{
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
        var connection = await Connections.Next();
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
        var restored = await Connections.Next();
        Assert.True(restored.IsRecovered);
        Assert.True(restored.IsIn("room"));
        Assert.Equal("Ada", (string?)restored.Data["name"]);
        await server.Main.To("room").EmitAsync("live");
        Assert.Equal("[\"live\"]", (await back.NextKeptAsync()).Event);
        Assert.Equal(1, server.Meters.Sum("fanfare.recoveries", "recovered"));
    }

    [Fact]
    public async Task A_session_that_has_received_nothing_recovers_by_its_pid_alone()
    {
        await using var server = await StartAsync();
        await server.Main.EmitAsync("before its time");
        await using var lost = await SocketClient.ConnectAsync(server);
        await (await Connections.Next()).JoinAsync("room");
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
        await Connections.Next();
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
        var connection = await Connections.Next();
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
        await Connections.Next();
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
        await Connections.Next();
        await server.Main.EmitAsync("heard");
        var (_, good) = await owner.NextKeptAsync();

        await using var fresh = await SocketClient.ConnectAsync(server, auth: Auth(owner.Pid, offset.Replace("{epoch}", good.Split('-')[0], StringComparison.Ordinal)));

        Assert.NotEqual(owner.Id, fresh.Id);
        Assert.NotEqual(owner.Pid, fresh.Pid);
        Assert.Empty(fresh.Missed);
        Assert.False((await Connections.Next()).IsRecovered);
        Assert.Equal("[1]", await owner.AskAsync("[\"echo\",1]"));
        await using var back = await SocketClient.ConnectAsync(server, auth: Auth(owner.Pid, good));
        Assert.Equal(owner.Id, back.Id);
    }

    [Fact]
    public async Task A_room_that_the_user_may_not_enter_any_more_is_not_restored_and_not_replayed()
    {
        await using var server = await StartAsync(main => main.AuthorizeRooms((_, room) => ValueTask.FromResult(!_forbidden.ContainsKey(room))));
        foreach (var isOpen in new[] { true, false })
        {
            _forbidden.Clear();
            await using var lost = await SocketClient.ConnectAsync(server);
            await (await Connections.Next()).JoinAsync("public", "private");
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
            var connection = await Connections.Next();
            Assert.True(connection.IsIn("public"));
            Assert.False(connection.IsIn("private"));
            await server.Main.To("private").EmitAsync("secret");
            await server.Main.To("public").EmitAsync("live");
            Assert.Equal("[\"live\"]", (await back.NextKeptAsync()).Event);
        }
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
        await Connections.Next();
        await BreakAsync(lost);

        await using var link = await WebSocketLink.OpenAsync(server);
        await link.SendAsync($$"""40{"pid":"{{lost.Pid}}","token":"bad"}""");
        Assert.Equal("""44{"message":"unauthorized"}""", await link.NextAsync());
        var back = await SocketClient.EnterAsync(link, auth: Auth(lost.Pid));

        Assert.Equal(lost.Id, back.Id);
        Assert.Equal(["authenticate", "middleware", "authenticate", "authenticate"], calls);
    }

    [Theory]
    [InlineData(EngineLink.WebSocket, 1500)]
    [InlineData(EngineLink.Polling, 400)]
    public async Task A_long_replay_and_what_comes_meanwhile_arrive_once_and_in_order(string transport, int count)
    {
        await using var server = await StartAsync(main => main.Options.History.MaxCountPerRoom = 5000);
        await using var lost = await SocketClient.ConnectAsync(server, transport);
        await (await Connections.Next()).JoinAsync("room");
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
        await (await Connections.Next()).JoinAsync("room");
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
}
