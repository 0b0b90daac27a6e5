using System.Text;

namespace Fanfare.SocketIO.Tests.Sockets;

/// <summary>Rooms, broadcast operators, acks of many, and how connections end from the server's side.</summary>
public sealed class BroadcastTests
{
    private readonly Recorder<Connection> _connections = new();
    private readonly Recorder<string> _told = new();

    [Fact]
    public async Task Operators_choose_who_hears_it()
    {
        await using var server = await StartAsync();
        await using var group = await Group.ConnectAsync(server, _connections, 4);
        var (a, b, c, d) = (group.Connections[0], group.Connections[1], group.Connections[2], group.Connections[3]);
        await a.JoinAsync("odd", "all");
        await b.JoinAsync("even", "all");
        await c.JoinAsync("odd", "all");
        await d.JoinAsync("all");

        await server.Main.EmitAsync("1 everybody");
        await server.Main.To("odd").EmitAsync("2 odd");
        await server.Main.To("odd").To("even").EmitAsync("3 odd or even");
        await server.Main.To("odd").To("all").EmitAsync("4 each once");
        await server.Main.To("all").Except("odd").EmitAsync("5 not odd");
        await server.Main.Except(a.Id).EmitAsync("6 not a");
        await server.Main.To(b.Id).EmitAsync("7 only b");
        await a.Broadcast.EmitAsync("8 others");
        await a.To("odd").EmitAsync("9 other odd");
        await a.Except("even").EmitAsync("A neither a nor even");
        await server.Main.To("nowhere").EmitAsync("nobody");
        await server.Main.Local.EmitAsync("B local");
        await server.Main.Compress(false).To("even").EmitAsync("C uncompressed");
        await a.EmitAsync("D only a");
        await server.Main.To("all").Except([b.Id, c.Id]).Except("odd").EmitAsync("E only d");

        Assert.Equal(
            ["1 2 3 4 B D", "1 3 4 5 6 7 8 B C", "1 2 3 4 6 8 9 A B", "1 4 5 6 8 A B E"],
            await group.HeardAsync(server));
    }

    [Fact]
    public async Task Rooms_are_joined_and_left_from_anywhere_and_told_once()
    {
        await using var server = await StartAsync(main =>
        {
            main.Joined += (connection, room) => _told.Add($"joined {room}");
            main.Left += (connection, room) => _told.Add($"left {room}");
        });
        await using var group = await Group.ConnectAsync(server, _connections, 2);
        var (a, b) = (group.Connections[0], group.Connections[1]);

        await a.JoinAsync("r1", "r1", "r2");
        Assert.Equal(["joined r1", "joined r2"], await _told.Take(2));
        await server.Main.To("r1").JoinAsync("r3");
        Assert.Equal("joined r3", await _told.Next());
        Assert.Equal([a.Id, "r1", "r2", "r3"], a.Rooms);
        Assert.Equal([b.Id], b.Rooms);
        await server.Main.JoinAsync("everyone");
        await _told.Take(2);
        Assert.Equal(2, await server.Main.To("everyone").CountAsync());
        await server.Main.Except(a.Id).LeaveAsync("everyone");
        Assert.Equal("left everyone", await _told.Next());
        await a.LeaveAsync("r1");
        await a.LeaveAsync("r1");
        Assert.Equal("left r1", await _told.Next());
        Assert.False(a.IsIn("r1"));
        Assert.Equal(0, await server.Main.To("r1").CountAsync());

        var found = await server.Main.To("r3").FetchSocketsAsync();
        Assert.Equal(a.Id, Assert.Single(found).Id);
        Assert.Equal([a.Id, "everyone", "r2", "r3"], found[0].Rooms.Order(StringComparer.Ordinal).OrderBy(room => room == a.Id ? 0 : 1));
        Assert.Equal(2, (await server.Main.FetchSocketsAsync()).Count);
        Assert.True(_told.IsEmpty);
    }

    [Fact]
    public async Task A_client_may_be_in_so_many_rooms_and_in_no_more()
    {
        await using var server = await StartAsync(static main => main.Authenticate(static _ => ValueTask.FromResult<User?>(new User("u1"))));
        await using var group = await Group.ConnectAsync(server, _connections, 1);
        var connection = group.Connections[0];
        await connection.JoinAsync([.. Enumerable.Range(0, 128).Select(static i => $"room {i}")]);

        var failure = await Assert.ThrowsAsync<TooManyRoomsException>(async () => await connection.JoinAsync("one too many"));
        await connection.JoinAsync("room 5");
        await server.Main.JoinAsync("pushed in");

        Assert.Equal(128, failure.Limit);
        Assert.False(connection.IsIn("one too many"));
        Assert.False(connection.IsIn("pushed in"));
        Assert.Equal(2, server.Meters.Refused(FanfareMetrics.Limit.Rooms));
        await connection.LeaveAsync("room 0");
        await connection.JoinAsync("one too many");
    }

    [Fact]
    public async Task Empty_rooms_are_gone_at_once()
    {
        await using var server = await StartAsync();
        await using var group = await Group.ConnectAsync(server, _connections, 1);
        for (var i = 0; i < 10_000; i++)
        {
            await group.Connections[0].JoinAsync($"room {i}");
            await group.Connections[0].LeaveAsync($"room {i}");
        }

        Assert.Equal(0, server.Main.RoomCount);
    }

    [Fact]
    public async Task Everybody_acks_a_broadcast()
    {
        await using var server = await StartAsync();
        await using var group = await Group.ConnectAsync(server, _connections, 3);

        var asked = server.Main.Timeout(Within.Default).EmitWithAckAsync("question", "?");
        var packets = await Task.WhenAll(group.Clients.Select(static client => client.NextAsync()));
        Assert.Single(packets.Distinct());
        var id = packets[0]![2..packets[0]!.IndexOf('[', StringComparison.Ordinal)];
        for (var i = 0; i < 3; i++)
        {
            await group.Clients[i].Link.SendAsync($"43{id}[{i}]");
        }

        var answers = await asked.InTime();
        Assert.False(answers.TimedOut);
        Assert.Equal(["0", "1", "2"], answers.Responses.Select(static answer => Encoding.UTF8.GetString(answer.Json.Span)).Order());
    }

    [Fact]
    public async Task A_broadcast_that_not_all_ack_tells_who_did()
    {
        await using var server = await StartAsync(movesClock: true);
        await using var group = await Group.ConnectAsync(server, _connections, 3);

        var asked = server.Main.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync("question", "?");
        await group.Clients[1].NextAsync();
        await group.Clients[1].Link.SendAsync("430[\"me\"]");
        // The ack was read when what came behind it was answered.
        Assert.Equal("[1]", await group.Clients[1].AskAsync("[\"echo\",1]"));
        server.Clock!.Advance(TimeSpan.FromSeconds(6));

        var answers = await asked.InTime();
        Assert.True(answers.TimedOut);
        Assert.Equal("\"me\"", Encoding.UTF8.GetString(Assert.Single(answers.Responses).Json.Span));
        var none = await server.Main.To("nowhere").EmitWithAckAsync("question", "?").InTime();
        Assert.False(none.TimedOut);
        Assert.Empty(none.Responses);
    }

    [Fact]
    public async Task Volatile_events_reach_who_can_take_them_and_miss_others()
    {
        await using var server = await StartAsync();
        await using var ready = await SocketClient.ConnectAsync(server);
        await using var busy = await SocketClient.ConnectAsync(server, EngineLink.Polling);
        // No poll of the poller waits now.
        await server.Main.Volatile.EmitAsync("now or never");
        await server.Main.EmitAsync("marker");

        Assert.Equal("[\"now or never\"]", await ready.NextEventAsync());
        Assert.Equal("[\"marker\"]", await ready.NextEventAsync());
        Assert.Equal("[\"marker\"]", await busy.NextEventAsync());
        Assert.Equal(1, server.Meters.Sum("fanfare.outbox.dropped"));
    }

    [Fact]
    public async Task A_waiting_poll_takes_a_volatile_event()
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server, EngineLink.Polling);
        var link = (PollingLink)client.Link;
        var poll = await link.BeginPollAsync();
        // A POST is answered after the poll was taken up: both are requests of one client, and the poll came first.
        await link.SendAsync("3");

        await server.Main.Transient.EmitAsync("marker");
        Assert.Equal("42[\"marker\"]", (await poll).Body);
    }

    [Fact]
    public async Task The_end_is_told_in_order_with_the_rooms_first_full_then_empty()
    {
        await using var server = await StartAsync(main =>
        {
            main.Left += (connection, room) => _told.Add($"left {room}");
            main.Ended += (connection, reason) => _told.Add($"ended {reason}");
            main.OnConnection(connection =>
            {
                connection.OnDisconnecting(reason => _told.Add($"disconnecting {reason} {connection.Rooms.Count}"));
                connection.OnDisconnect(reason => _told.Add($"disconnect {reason} {connection.Rooms.Count}"));
            });
        });
        await using var group = await Group.ConnectAsync(server, _connections, 1);
        await group.Connections[0].JoinAsync("r1");

        await group.Clients[0].Link.SendAsync("41");

        Assert.Equal(
            ["ended client namespace disconnect", "disconnecting client namespace disconnect 2", "left r1", "disconnect client namespace disconnect 0"],
            await _told.Take(4));
        // The last leave is final.
        await group.Connections[0].JoinAsync("late");
        Assert.Empty(group.Connections[0].Rooms);
        Assert.Equal(0, server.Main.RoomCount);
    }

    [Theory]
    [InlineData(EngineLink.WebSocket)]
    [InlineData(EngineLink.Polling)]
    public async Task The_server_may_end_one_namespace_or_the_whole_connection(string transport)
    {
        await using var server = await StartAsync(TellEnds);
        TellEnds(server.Fanfare.Of("/second"));
        await using var client = await SocketClient.ConnectAsync(server, transport);
        var second = await SocketClient.EnterAsync(client.Link, "/second");

        await (await _connections.Next()).DisconnectAsync();
        Assert.Equal("41", await client.NextAsync());
        Assert.Equal("/ server namespace disconnect", await _told.Next());
        var again = await SocketClient.EnterAsync(client.Link);
        await server.Fanfare.Of("/second").DisconnectAsync(close: true);

        Assert.Equal(["41", "41/second,"], (await client.Link.RestAsync()).Order());
        Assert.Equal(["/ server namespace disconnect", "/second server namespace disconnect"], (await _told.Take(2)).Order());
        Assert.NotEqual(client.Id, again.Id);
        Assert.NotEqual(second.Id, again.Id);
    }

    [Theory]
    [InlineData("broken", "transport close")]
    [InlineData("closed", "transport close")]
    [InlineData("engine close", "transport close")]
    [InlineData("ping from client", "transport error")]
    [InlineData("bad engine packet", "parse error")]
    [InlineData("engine closed by server", "forced close")]
    [InlineData("user kicked", "server namespace disconnect")]
    public async Task Each_way_to_end_has_its_reason(string way, string reason)
    {
        await using var server = await StartAsync(main =>
        {
            TellEnds(main);
            main.Authenticate(static _ => ValueTask.FromResult<User?>(new User("u1")));
        });
        await using var client = await SocketClient.ConnectAsync(server);
        var connection = (SocketIOConnection)await _connections.Next();
        var link = (WebSocketLink)client.Link;

        await (way switch
        {
            "broken" => link.BreakAsync(),
            "closed" => link.CloseAsync(),
            "engine close" => link.SendAsync("1"),
            "ping from client" => link.SendAsync("2"),
            "bad engine packet" => link.SendAsync("x"),
            "engine closed by server" => Run(connection.CloseEngine),
            _ => server.Main.DisconnectUserAsync("u1").AsTask(),
        });

        Assert.Equal($"/ {reason}", await _told.Next());
        await connection.Completion.InTime();
        await server.Meters.When("fanfare.sessions.active", null, static sum => sum == 0);
        Assert.Equal(0, server.Meters.Sum("fanfare.connections.active"));
        Assert.Equal(1, server.Meters.Sum("fanfare.closes", reason));

        static Task Run(Action action)
        {
            action();
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Data_of_a_connection_is_seen_by_others()
    {
        await using var server = await StartAsync();
        await using var group = await Group.ConnectAsync(server, _connections, 1);
        group.Connections[0].Data["name"] = "Ada";

        var found = await server.Main.FetchSocketsAsync();

        Assert.Equal("Ada", (string?)Assert.Single(found).Data["name"]);
        Assert.Equal("websocket", found[0].Handshake.Request.QueryValue("transport"));
    }

    [Fact]
    public async Task All_members_see_one_order_whoever_sends()
    {
        const int Publishers = 4;
        const int Each = 150;
        await using var server = await StartAsync();
        await using var group = await Group.ConnectAsync(server, _connections, 5);

        var publishing = Task.WhenAll(Enumerable.Range(0, Publishers).Select(publisher => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                await server.Main.EmitAsync("m", publisher, i);
                await Task.Yield();
            }
        })));
        var heard = await Task.WhenAll(group.Clients.Select(async static client =>
        {
            var events = new List<string>();
            while (events.Count < Publishers * Each)
            {
                events.Add(await client.NextEventAsync());
            }

            return events;
        }));
        await publishing.InTime();

        Assert.All(heard, events => Assert.Equal(heard[0], events));
        Assert.Equal(Publishers * Each, heard[0].Distinct().Count());
        for (var publisher = 0; publisher < Publishers; publisher++)
        {
            Assert.Equal(
                Enumerable.Range(0, Each).Select(i => $"[\"m\",{publisher},{i}]"),
                heard[0].Where(text => text.StartsWith($"[\"m\",{publisher},", StringComparison.Ordinal)));
        }
    }

    private void TellEnds(Namespace @namespace) => @namespace.OnConnection(connection => connection.OnDisconnect(reason => _told.Add($"{@namespace.Name} {reason}")));

    private Task<TestServer> StartAsync(Action<Namespace>? setup = null, bool movesClock = false) => TestServer.StartAsync(movesClock: movesClock, setup: fanfare =>
    {
        var main = fanfare.Of("/");
        main.On("echo", static context => context.Ack(context.Arguments));
        main.OnConnection(_connections.Add);
        setup?.Invoke(main);
    });

    /// <summary>Some clients and their connections on the server, in the same order.</summary>
    private sealed class Group : IAsyncDisposable
    {
        public List<SocketClient> Clients { get; } = [];

        public List<Connection> Connections { get; } = [];

        public static async Task<Group> ConnectAsync(TestServer server, Recorder<Connection> connections, int count)
        {
            var group = new Group();
            for (var i = 0; i < count; i++)
            {
                group.Clients.Add(await SocketClient.ConnectAsync(server));
                group.Connections.Add(await connections.Next());
            }

            return group;
        }

        /// <summary>The first letters of the events that each client heard, up to a marker.</summary>
        public async Task<List<string>> HeardAsync(TestServer server)
        {
            await server.Main.EmitAsync("marker");
            var heard = new List<string>();
            foreach (var client in Clients)
            {
                var letters = new List<string>();
                while (await client.NextEventAsync() is var next && next != "[\"marker\"]")
                {
                    letters.Add(next[2..3]);
                }

                heard.Add(string.Join(' ', letters));
            }

            return heard;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var client in Clients)
            {
                await client.DisposeAsync();
            }
        }
    }
}
