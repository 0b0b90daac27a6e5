using System.Text.RegularExpressions;

namespace Fanfare.SocketIO.Tests.Sockets;

/// <summary>How clients come into namespaces: middlewares, patterns, users.</summary>
public sealed partial class NamespaceTests
{
    private static readonly string[] Refusing = ["/auth", "/plain", "/silent", "/broken"];
    private static readonly string[] Guarded = ["/", "/chat"];

    private readonly Recorder<string> _told = new();

    [Fact]
    public async Task Middlewares_run_in_order_before_the_connection_listener_and_its_packets_follow_the_answer()
    {
        await using var server = await TestServer.StartAsync(setup: fanfare =>
        {
            fanfare.Of("/").Use(async (connection, next) =>
            {
                _told.Add("first");
                await Task.Yield();
                await next();
                _told.Add("first again");
            });
            fanfare.Of("/").Use((_, next) =>
            {
                _told.Add("second");
                return next();
            });
            fanfare.Of("/").OnConnection(connection =>
            {
                _told.Add("listener");
                return connection.EmitAsync("welcome", 1).AsTask();
            });
        });
        await using var link = await WebSocketLink.OpenAsync(server);

        await link.SendAsync("40");

        Assert.StartsWith("40{\"sid\":\"", await link.NextAsync(), StringComparison.Ordinal);
        Assert.Equal("42[\"welcome\",1]", await link.NextAsync());
        Assert.Equal(["first", "second", "first again", "listener"], await _told.Take(4));
    }

    [Fact]
    public async Task A_middleware_may_refuse_with_a_text_and_data()
    {
        await using var server = await TestServer.StartAsync(setup: fanfare =>
        {
            fanfare.Of("/auth").Use((_, _) => throw new ConnectException("not authorized", new { code = "E401", detail = new { retry = false, list = Enumerable.Range(1, 3) } }));
            fanfare.Of("/plain").Use((_, _) => throw new ConnectException("bad \"text\" <é>"));
            fanfare.Of("/silent").Use((_, _) => Task.CompletedTask);
            fanfare.Of("/broken").Use((_, _) => throw new InvalidOperationException("secret detail"));
            foreach (var name in Refusing)
            {
                fanfare.Of(name).OnConnection(_ => _told.Add(name));
            }
        });
        await using var link = await WebSocketLink.OpenAsync(server);

        await link.SendAsync("40/auth,");
        Assert.Equal("""44/auth,{"message":"not authorized","data":{"code":"E401","detail":{"retry":false,"list":[1,2,3]}}}""", await link.NextAsync());
        await link.SendAsync("40/plain,");
        Assert.Equal("""44/plain,{"message":"bad \"text\" <é>"}""", await link.NextAsync());
        await link.SendAsync("40/silent,");
        Assert.Equal("""44/silent,{"message":"unauthorized"}""", await link.NextAsync());
        await link.SendAsync("40/broken,");
        Assert.Equal("""44/broken,{"message":"internal"}""", await link.NextAsync());
        Assert.True(_told.IsEmpty);
        Assert.Equal(0, server.Meters.Sum("fanfare.connections.active"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_asks_again_before_the_answer_gets_one_answer_to_what_it_asked_last(bool firstIsRefused)
    {
        var reached = new Recorder<string>();
        TaskCompletionSource[] goOn = [new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously)];
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(setup: fanfare =>
        {
            fanfare.Of("/slow").Use(async (connection, next) =>
            {
                var isFirst = connection.Handshake.AuthText("is") == "first";
                reached.Add(connection.Handshake.AuthText("is")!);
                await goOn[isFirst ? 0 : 1].Task;
                try
                {
                    await (isFirst && firstIsRefused ? throw new ConnectException("not you") : next());
                }
                finally
                {
                    _ = isFirst && left.TrySetResult();
                }
            });
            fanfare.Of("/slow").OnConnection(connection => _told.Add(connection.Handshake.AuthText("is")!));
            fanfare.Of("/").On("echo", static context => context.Ack(context.Arguments));
        });
        await using var link = await WebSocketLink.OpenAsync(server);
        var main = await SocketClient.EnterAsync(link);

        await link.SendAsync("40/slow,{\"is\":\"first\"}");
        Assert.Equal("first", await reached.Next());
        await link.SendAsync("40/slow,{\"is\":\"second\"}");
        Assert.Equal("second", await reached.Next());
        goOn[0].SetResult();
        await left.Task.InTime();

        // The other namespaces of the connection live on, and nothing has been answered yet.
        Assert.Equal("[1]", await main.AskAsync("[\"echo\",1]"));
        goOn[1].SetResult();
        Assert.StartsWith("40/slow,{\"sid\":", await link.NextAsync(), StringComparison.Ordinal);
        Assert.Equal("second", await _told.Next());
        Assert.Equal("[2]", await main.AskAsync("[\"echo\",2]"));
        Assert.True(_told.IsEmpty);
    }

    [Fact]
    public async Task Who_asks_again_and_again_before_the_answer_is_looked_at_no_more_often_than_there_may_be_namespaces()
    {
        var reached = new Recorder<string>();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(
            options: static options => options.MaxNamespaces = 3,
            setup: fanfare => fanfare.Of("/slow").Use(async (connection, next) =>
            {
                reached.Add(connection.Handshake.AuthText("is")!);
                await goOn.Task;
                await next();
            }));
        await using var link = await WebSocketLink.OpenAsync(server);

        for (var i = 0; i < 5; i++)
        {
            await link.SendAsync($$"""40/slow,{"is":"{{i}}"}""");
        }

        Assert.Equal("44/slow,{\"message\":\"too many namespaces\"}", await link.NextAsync());
        Assert.Equal("44/slow,{\"message\":\"too many namespaces\"}", await link.NextAsync());
        Assert.Equal(["0", "1", "2"], [await reached.Next(), await reached.Next(), await reached.Next()]);
        goOn.SetResult();
        Assert.StartsWith("40/slow,{\"sid\":", await link.NextAsync(), StringComparison.Ordinal);
        Assert.True(reached.IsEmpty);
    }

    [Fact]
    public async Task A_client_that_vanishes_during_a_middleware_never_connects()
    {
        var reached = new Recorder<Connection>();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(setup: fanfare =>
        {
            fanfare.Of("/").Use(async (connection, next) =>
            {
                reached.Add(connection);
                await goOn.Task;
                await next();
                left.TrySetResult();
            });
            fanfare.Of("/").OnConnection(_ => _told.Add("connected"));
        });
        await using (var link = await WebSocketLink.OpenAsync(server))
        {
            await link.SendAsync("40");
            await reached.Next();
            await link.CloseAsync();
        }

        await server.Meters.When("fanfare.sessions.active", null, static sum => sum == 0);
        goOn.SetResult();
        await left.Task.InTime();
        await using var next = await SocketClient.ConnectAsync(server);

        Assert.Equal("connected", await _told.Next());
        Assert.True(_told.IsEmpty);
        Assert.Equal(1, server.Main.ConnectionCount);
    }

    [Fact]
    public async Task Each_namespace_asks_for_the_user_itself()
    {
        await using var server = await TestServer.StartAsync(setup: static fanfare =>
        {
            fanfare.Of("/").Authenticate(static handshake => ValueTask.FromResult<User?>(new User("main")));
            fanfare.Of("/chat").Authenticate(static async handshake =>
            {
                await Task.Yield();
                return handshake.AuthText("token") switch
                {
                    "good" => new User("u1"),
                    "banned" => throw new ConnectException("banned", new { until = 5 }),
                    _ => null,
                };
            });
            fanfare.OfPattern(Tenants()).Authenticate(static handshake => ValueTask.FromResult<User?>(null));
            foreach (var name in Guarded)
            {
                fanfare.Of(name).On("who", static context => context.Ack(context.Connection.User.Id));
            }
        });
        await using var main = await SocketClient.ConnectAsync(server);

        Assert.Equal("[\"main\"]", await main.AskAsync("[\"who\"]"));
        foreach (var (packet, answer) in new[]
        {
            ("40/chat,", """44/chat,{"message":"unauthorized"}"""),
            ("40/chat,{}", """44/chat,{"message":"unauthorized"}"""),
            ("40/chat,{\"token\":1}", """44/chat,{"message":"unauthorized"}"""),
            ("40/chat,{\"token\":\"bad\"}", """44/chat,{"message":"unauthorized"}"""),
            ("40/chat,{\"token\":\"banned\"}", """44/chat,{"message":"banned","data":{"until":5}}"""),
            ("40/tenant-1,", """44/tenant-1,{"message":"unauthorized"}"""),
        })
        {
            await main.Link.SendAsync(packet);
            Assert.Equal(answer, await main.NextAsync());
        }

        var chat = await SocketClient.EnterAsync(main.Link, "/chat", """{"token":"good"}""");
        Assert.Equal("[\"u1\"]", await chat.AskAsync("[\"who\"]"));
    }

    [Theory]
    [InlineData(EngineLink.WebSocket)]
    [InlineData(EngineLink.Polling)]
    public async Task The_user_of_the_request_is_the_sockets_user(string transport)
    {
        await using var server = await TestServer.StartAsync(
            services: TestUsers.Add,
            setup: static fanfare => fanfare.Of("/").On("who", static context => context.Ack(context.Connection.User.Id ?? "nobody")));

        await using var known = await SocketClient.ConnectAsync(server, transport, query: "&user=u7");
        await using var nobody = await SocketClient.ConnectAsync(server, transport);

        Assert.Equal("[\"u7\"]", await known.AskAsync("[\"who\"]"));
        Assert.Equal("[\"nobody\"]", await nobody.AskAsync("[\"who\"]"));
    }

    [Fact]
    public async Task Namespaces_come_into_being_by_pattern_and_by_predicate()
    {
        await using var server = await TestServer.StartAsync(setup: static fanfare =>
        {
            fanfare.OfPattern(Tenants()).On("where", static context => context.Ack(context.Connection.NamespaceName));
            fanfare.OfMatching(static async (name, handshake) =>
            {
                await Task.Yield();
                return name == "/secret" && handshake.AuthText("key") == "sesame";
            }).On("where", static context => context.Ack("secret"));
        });
        await using var link = await WebSocketLink.OpenAsync(server);

        var one = await SocketClient.EnterAsync(link, "/tenant-1");
        Assert.Equal("[\"/tenant-1\"]", await one.AskAsync("[\"where\"]"));
        var two = await SocketClient.EnterAsync(link, "/tenant-2");
        Assert.Equal("[\"/tenant-2\"]", await two.AskAsync("[\"where\"]"));
        await link.SendAsync("40/secret,");
        Assert.Equal("""44/secret,{"message":"Invalid namespace"}""", await link.NextAsync());
        var secret = await SocketClient.EnterAsync(link, "/secret", """{"key":"sesame"}""");
        Assert.Equal("[\"secret\"]", await secret.AskAsync("[\"where\"]"));
        // Broadcasts stay in their namespace.
        await server.Fanfare.Of("/tenant-1").EmitAsync("hello", 1);
        Assert.Equal("42/tenant-1,[\"hello\",1]", await link.NextAsync());
    }

    [Fact]
    public async Task A_namespace_of_a_pattern_goes_with_its_last_client_and_comes_back()
    {
        await using var server = await TestServer.StartAsync(setup: static fanfare =>
            fanfare.OfPattern(Tenants()).On("where", static context => context.Ack(context.Connection.NamespaceName)));
        var all = (FanfareServer)server.Fanfare;
        for (var i = 0; i < 20; i++)
        {
            await using var client = await SocketClient.ConnectAsync(server, name: "/tenant-" + i);
            Assert.Equal($"[\"/tenant-{i}\"]", await client.AskAsync("[\"where\"]"));
        }

        await server.Meters.When("fanfare.connections.active", null, static sum => sum == 0);
        await using var again = await SocketClient.ConnectAsync(server, name: "/tenant-0");
        Assert.Equal("[\"/tenant-0\"]", await again.AskAsync("[\"where\"]"));
        Assert.InRange(all.Namespaces.Count, 1, 3);
    }

    [Fact]
    public async Task One_user_has_at_most_so_many_connections_and_a_place_becomes_free()
    {
        await using var server = await TestServer.StartAsync(
            fanfare: static options => options.ConfigureNamespaces = static options => options.Limits.MaxConnectionsPerUser = 2,
            setup: static fanfare => fanfare.Of("/").Authenticate(static handshake => ValueTask.FromResult<User?>(new User(handshake.AuthText("user")!))));
        await using var first = await SocketClient.ConnectAsync(server, auth: """{"user":"u1"}""");
        await using var second = await SocketClient.ConnectAsync(server, auth: """{"user":"u1"}""");
        await using var link = await WebSocketLink.OpenAsync(server);

        await link.SendAsync("""40{"user":"u1"}""");
        Assert.Equal("""44{"message":"too many connections"}""", await link.NextAsync());
        Assert.Equal(1, server.Meters.Refused(FanfareMetrics.Limit.ConnectionsPerUser));
        await using var other = await SocketClient.ConnectAsync(server, auth: """{"user":"u2"}""");
        await first.Link.SendAsync("41");
        await server.Meters.When("fanfare.connections.active", null, static sum => sum == 2);

        await SocketClient.EnterAsync(link, auth: """{"user":"u1"}""");
    }

    [Fact]
    public async Task With_another_namespace_open_only_the_expired_one_ends()
    {
        await using var server = await StartWithTokensAsync();
        var now = server.Clock!.GetUtcNow();
        await using var brief = await SocketClient.ConnectAsync(server, auth: Token("u1", now.AddSeconds(10)));
        var other = await SocketClient.EnterAsync(brief.Link, "/other");

        server.Clock.Advance(TimeSpan.FromSeconds(10.1));

        Assert.Equal("41", await brief.NextAsync());
        Assert.Equal("[1]", await other.AskAsync("[\"echo\",1]"));
    }

    [Fact]
    public async Task A_renewed_token_counts_from_then_on_and_only_of_the_same_user()
    {
        await using var server = await StartWithTokensAsync();
        var now = server.Clock!.GetUtcNow();
        await using var client = await SocketClient.ConnectAsync(server, auth: Token("u1", now.AddSeconds(10)));

        Assert.Equal("[false]", await client.AskAsync($"[\"renew\",\"u2\",{now.AddHours(5).ToUnixTimeMilliseconds()}]"));
        Assert.Equal("[true]", await client.AskAsync($"[\"renew\",\"u1\",{now.AddSeconds(20).ToUnixTimeMilliseconds()}]"));
        server.Clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("[1]", await client.AskAsync("[\"echo\",1]"));
        server.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("expired", await _told.Next());
        await client.Link.RestAsync();
    }

    [Fact]
    public async Task An_expired_token_is_refused_at_once()
    {
        await using var server = await StartWithTokensAsync();
        await using var link = await WebSocketLink.OpenAsync(server);

        await link.SendAsync("40" + Token("u1", server.Clock!.GetUtcNow()));

        Assert.Equal("""44{"message":"unauthorized"}""", await link.NextAsync());
    }

    private static string Token(string user, DateTimeOffset expiresAt) => $$"""{"user":"{{user}}","exp":"{{expiresAt.ToUnixTimeMilliseconds()}}"}""";

    private Task<TestServer> StartWithTokensAsync() => TestServer.StartAsync(movesClock: true, setup: fanfare =>
    {
        var main = fanfare.Of("/");
        main.Authenticate(static handshake => ValueTask.FromResult<User?>(new User(
            handshake.AuthText("user")!,
            DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(handshake.AuthText("exp")!, System.Globalization.CultureInfo.InvariantCulture)))));
        main.On("echo", static context => context.Ack(context.Arguments));
        fanfare.Of("/other").On("echo", static context => context.Ack(context.Arguments));
        main.On<string, long, bool>("renew", static (connection, user, expiresAt) =>
            Task.FromResult(connection.RenewUser(new User(user, DateTimeOffset.FromUnixTimeMilliseconds(expiresAt)))));
        main.OnConnection(connection => connection.OnDisconnect(reason => _told.Add(reason.Text)));
    });

    [GeneratedRegex("^/tenant-[0-9]+$")]
    private static partial Regex Tenants();
}
