namespace Fanfare.SocketIO.Tests.Sockets;

/// <summary>Handlers, acks, catch-all listeners, packet middlewares: in order, and one that fails harms nobody.</summary>
public sealed class EventTests
{
    private readonly Recorder<string> _told = new();
    private readonly Recorder<Connection> _connections = new();

    [Theory]
    [InlineData(EngineLink.WebSocket)]
    [InlineData(EngineLink.Polling)]
    public async Task Acks_go_both_ways(string transport)
    {
        await using var server = await StartAsync(static main => main.On("sum", static (Connection _, int a, int b) => Task.FromResult(a + b)));
        await using var client = await SocketClient.ConnectAsync(server, transport);
        var connection = await _connections.Next();

        Assert.Equal("[5]", await client.AskAsync("[\"sum\",2,3]"));
        var asked = connection.EmitWithAckAsync("question", Arguments.Of("?"), Within.Default, TestContext.Current.CancellationToken);
        var packet = await client.NextAsync();
        Assert.NotNull(packet);
        Assert.Matches("""^42[0-9]+\["question","\?"\]$""", packet);
        var id = packet[2..packet.IndexOf('[', StringComparison.Ordinal)];
        await client.Link.SendAsync($"43{id}[\"first\",2]", $"43{id}[\"second\"]");

        var answer = await asked.InTime();
        Assert.Equal("\"first\",2", JsonOf(answer));
        Assert.Equal("[7]", await client.AskAsync("[\"sum\",3,4]"));
    }

    [Fact]
    public async Task A_binary_ack_arrives_as_binary()
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);
        var connection = await _connections.Next();

        var asked = connection.EmitWithAckAsync("question", Arguments.Of(new byte[] { 9 }), Within.Default, TestContext.Current.CancellationToken);
        Assert.Equal("""451-0["question",{"_placeholder":true,"num":0}]""", await client.NextAsync());
        Assert.Equal("bCQ==", await client.NextAsync());
        await client.Link.SendAsync("""461-0[{"_placeholder":true,"num":0}]""", "bAQID");

        Assert.True((await asked.InTime()).TryGetBinary(0, out var data));
        Assert.Equal([1, 2, 3], data.ToArray());
    }

    [Fact]
    public async Task An_ack_that_does_not_come_in_time_is_an_error()
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);
        var connection = await _connections.Next();

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => connection.EmitWithAckAsync("question", Arguments.Empty, TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken));
        await client.Link.SendAsync("430[\"late\"]");

        Assert.Equal("operation has timed out", failure.Message);
        Assert.Equal("42" + "0[\"question\"]", await client.NextAsync());
        Assert.Equal("[1]", await client.AskAsync("[\"echo\",1]"));
    }

    [Fact]
    public async Task Acks_do_not_wait_behind_handlers()
    {
        await using var server = await StartAsync(main => main.On("ask me", async (Connection connection) =>
        {
            // The answer comes while this handler still runs.
            var answer = await connection.EmitWithAckAsync("question", Arguments.Empty, Within.Default, TestContext.Current.CancellationToken);
            _told.Add(JsonOf(answer));
        }));
        await using var client = await SocketClient.ConnectAsync(server);

        await client.Link.SendAsync("421[\"ask me\"]", "422[\"echo\",2]");
        Assert.Equal("420[\"question\"]", await client.NextAsync());
        await client.Link.SendAsync("430[\"answer\"]");

        Assert.Equal("431[]", await client.NextAsync());
        Assert.Equal("432[2]", await client.NextAsync());
        Assert.Equal("\"answer\"", await _told.Next());
    }

    [Fact]
    public async Task Handlers_of_one_connection_start_in_order_and_wait_for_each_other()
    {
        var gates = new Recorder<TaskCompletionSource>();
        await using var server = await StartAsync(main => main.On("slow", async (Connection _, int number) =>
        {
            _told.Add($"start {number}");
            if (number == 1)
            {
                var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                gates.Add(gate);
                await gate.Task;
            }

            _told.Add($"end {number}");
        }));
        await using var client = await SocketClient.ConnectAsync(server);
        await using var other = await SocketClient.ConnectAsync(server);

        await client.Link.SendAsync("42[\"slow\",1]", "42[\"slow\",2]", "42[\"slow\",3]");
        var gate = await gates.Next();
        // Others do not wait.
        Assert.Equal("[1]", await other.AskAsync("[\"echo\",1]"));
        gate.SetResult();

        Assert.Equal(["start 1", "end 1", "start 2", "end 2", "start 3", "end 3"], await _told.Take(6));
    }

    [Fact]
    public async Task A_handler_that_throws_fails_its_own_ack_and_nothing_else()
    {
        await using var server = await StartAsync(static main =>
        {
            main.On("throw at once", static (EventContext _) => throw new InvalidOperationException("secret"));
            main.On("throw later", static async (Connection _) =>
            {
                await Task.Yield();
                throw new InvalidOperationException("secret");
            });
            main.On("throw after ack", static (EventContext context) =>
            {
                context.Ack("done");
                throw new InvalidOperationException("secret");
            });
        });
        await using var client = await SocketClient.ConnectAsync(server);

        Assert.Equal("""[{"error":"internal"}]""", await client.AskAsync("[\"throw at once\"]"));
        Assert.Equal("""[{"error":"internal"}]""", await client.AskAsync("[\"throw later\"]"));
        Assert.Equal("[\"done\"]", await client.AskAsync("[\"throw after ack\"]"));
        await client.EmitAsync("[\"throw at once\"]");
        Assert.Equal("[1]", await client.AskAsync("[\"echo\",1]"));
        Assert.Equal(4, server.Meters.Sum("fanfare.handler.failures"));
        Assert.Equal(4, server.Logs.Faults.Count);
    }

    [Fact]
    public async Task A_handler_that_hangs_holds_up_only_its_own_connection_and_not_for_ever()
    {
        var started = new Recorder<int>();
        await using var server = await StartAsync(
            main => main.On("hang", async (Connection connection) =>
            {
                started.Add(1);
                await connection.Completion;
            }),
            movesClock: true);
        await using var client = await SocketClient.ConnectAsync(server);
        await using var other = await SocketClient.ConnectAsync(server);

        await client.Link.SendAsync("421[\"hang\"]", "422[\"echo\",2]");
        await started.Next();
        Assert.Equal("[1]", await other.AskAsync("[\"echo\",1]"));
        // The watch begins when the handler has returned its task, which may be after any one leap of the clock.
        var answer = client.NextAsync();
        while (!answer.IsCompleted)
        {
            server.Clock!.Advance(TimeSpan.FromSeconds(11));
            Assert.Equal("[1]", await other.AskAsync("[\"echo\",1]"));
        }

        Assert.Equal("""431[{"error":"internal"}]""", await answer);
        Assert.Equal("432[2]", await client.NextAsync());
        Assert.Equal(1, server.Meters.Sum("fanfare.handler.failures"));
    }

    [Theory]
    [InlineData("[\"typed\",\"no number\",{\"text\":\"x\"}]", """[{"error":"bad_message"}]""")]
    [InlineData("[\"typed\",1,5]", """[{"error":"bad_message"}]""")]
    [InlineData("[\"typed\",99999999999,{}]", """[{"error":"bad_message"}]""")]
    [InlineData("[\"typed\",1,{\"text\":{}}]", """[{"error":"bad_message"}]""")]
    [InlineData("[\"typed\",1,{\"text\":\"x\",\"unknown\":[1]},\"extra\",2]", "[\"1 x\"]")]
    [InlineData("[\"typed\",1,{\"TEXT\":\"x\"}]", "[\"1 x\"]")]
    [InlineData("[\"typed\",1,{}]", "[\"1 none\"]")]
    [InlineData("[\"typed\",1]", "[\"1 nothing\"]")]
    [InlineData("[\"typed\"]", "[\"0 nothing\"]")]
    public async Task Arguments_that_do_not_fit_are_answered_and_missing_ones_are_default(string json, string answer)
    {
        await using var server = await StartAsync(static main => main.On("typed", static (Connection _, int number, Body? body) =>
            Task.FromResult($"{number} {(body is null ? "nothing" : body.Text ?? "none")}")));
        await using var client = await SocketClient.ConnectAsync(server);

        Assert.Equal(answer, await client.AskAsync(json));
        await client.EmitAsync(json);
        Assert.Equal("[1]", await client.AskAsync("[\"echo\",1]"));
        Assert.Empty(server.Logs.Faults);
    }

    [Fact]
    public async Task A_hook_may_answer_what_does_not_fit()
    {
        await using var server = await StartAsync(static main =>
        {
            main.On("typed", static (Connection _, int number) => Task.FromResult(number));
            main.OnArgumentsRefused(static (context, _) =>
            {
                context.Ack("try again");
                return true;
            });
        });
        await using var client = await SocketClient.ConnectAsync(server);

        Assert.Equal("[\"try again\"]", await client.AskAsync("[\"typed\",\"x\"]"));
    }

    [Fact]
    public async Task Calling_an_ack_twice_sends_once()
    {
        await using var server = await StartAsync(static main => main.On("twice", static (EventContext context) =>
        {
            context.Ack(1);
            context.Ack(2);
        }));
        await using var client = await SocketClient.ConnectAsync(server);

        Assert.Equal("[1]", await client.AskAsync("[\"twice\"]"));
        Assert.Equal("[3]", await client.AskAsync("[\"echo\",3]"));
    }

    [Fact]
    public async Task Catch_all_listeners_see_every_event_before_its_handlers_and_what_goes_out()
    {
        await using var server = await StartAsync(main => main.OnConnection(connection =>
        {
            connection.OnAny(context =>
            {
                _told.Add($"in {context.Event}");
                return ValueTask.CompletedTask;
            });
            connection.OnAnyOutgoing(message => _told.Add($"out {message.Event}"));
            connection.On("known", () => _told.Add("handler"));
        }));
        await using var client = await SocketClient.ConnectAsync(server);

        await client.EmitAsync("[\"known\"]");
        Assert.Equal(["in known", "handler"], await _told.Take(2));
        await client.EmitAsync("[\"unknown\"]");
        Assert.Equal("in unknown", await _told.Next());
        await (await _connections.Next()).EmitAsync("one");
        await server.Main.EmitAsync("all");

        Assert.Equal(["out one", "out all"], await _told.Take(2));
        Assert.Equal("[\"one\"]", await client.NextEventAsync());
        Assert.Equal("[\"all\"]", await client.NextEventAsync());
    }

    [Fact]
    public async Task A_packet_middleware_may_hold_events_back()
    {
        await using var server = await StartAsync(main => main.OnConnection(connection =>
        {
            connection.Use(async (context, next) =>
            {
                if (context.Event == "forbidden")
                {
                    throw new ConnectException("not that one");
                }

                if (context.Event != "swallowed")
                {
                    await next();
                }
            });
            connection.OnError(exception => _told.Add(exception.Message));
            connection.On("forbidden", () => _told.Add("handled forbidden"));
            connection.On("swallowed", () => _told.Add("handled swallowed"));
            connection.On("allowed", () => _told.Add("handled allowed"));
        }));
        await using var client = await SocketClient.ConnectAsync(server);

        await client.Link.SendAsync("42[\"forbidden\"]", "42[\"swallowed\"]", "42[\"allowed\"]");

        Assert.Equal(["not that one", "handled allowed"], await _told.Take(2));
        Assert.Equal("[1]", await client.AskAsync("[\"echo\",1]"));
    }

    [Fact]
    public async Task A_handler_that_was_removed_is_not_called()
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);
        var connection = await _connections.Next();
        ValueTask Handler(EventContext context)
        {
            _told.Add("called");
            return ValueTask.CompletedTask;
        }

        connection.On("e", Handler);
        await client.EmitAsync("[\"e\"]");
        Assert.Equal("called", await _told.Next());

        Assert.True(connection.Off("e", Handler));
        Assert.False(connection.Off("e", Handler));
        await client.EmitAsync("[\"e\"]");
        Assert.Equal("[1]", await client.AskAsync("[\"echo\",1]"));
        Assert.True(_told.IsEmpty);
    }

    [Theory]
    [InlineData("connect")]
    [InlineData("connect_error")]
    [InlineData("disconnect")]
    [InlineData("disconnecting")]
    [InlineData("newListener")]
    [InlineData("removeListener")]
    public async Task Reserved_names_can_be_neither_emitted_nor_listened_to(string name)
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);
        var connection = await _connections.Next();

        await Assert.ThrowsAsync<ArgumentException>(async () => await connection.EmitAsync(name));
        await Assert.ThrowsAsync<ArgumentException>(async () => await server.Main.EmitAsync(name));
        await Assert.ThrowsAsync<ArgumentException>(() => connection.EmitWithAckAsync(name, Arguments.Empty, Within.Default, TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentException>(() => server.Main.On(name, static (EventContext _) => ValueTask.CompletedTask));
        Assert.Throws<ArgumentException>(() => connection.On(name, static (EventContext _) => ValueTask.CompletedTask));
    }

    [Fact]
    public async Task Values_are_written_as_clients_expect_them()
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);

        await server.Main.EmitAsync("values", new
        {
            Text = "é<>&'+\"\\\u0001",
            NotANumber = double.NaN,
            Infinite = float.PositiveInfinity,
            At = new DateTimeOffset(2026, 11, 24, 8, 41, 43, 559, TimeSpan.FromHours(2)),
            Bytes = new byte[] { 1, 2 },
            Nothing = (string?)null,
        });

        Assert.Equal(
            """451-["values",{"text":"é<>&'+\"\\\u0001","notANumber":null,"infinite":null,"at":"2026-11-24T06:41:43.559Z","bytes":{"_placeholder":true,"num":0},"nothing":null}]""",
            await client.NextAsync());
        Assert.Equal("bAQI=", await client.NextAsync());
    }

    private static string JsonOf(Arguments arguments) => System.Text.Encoding.UTF8.GetString(arguments.Json.Span);

    private Task<TestServer> StartAsync(Action<Namespace>? setup = null, bool movesClock = false) => TestServer.StartAsync(WithoutHeartbeat, movesClock: movesClock, setup: fanfare =>
    {
        var main = fanfare.Of("/");
        main.On("echo", static context => context.Ack(context.Arguments));
        main.OnConnection(_connections.Add);
        setup?.Invoke(main);
    });

    // Leaps of the clock are not to end a client that had no time to answer.
    private static void WithoutHeartbeat(SocketIOOptions options) => options.Engine.PingInterval = TimeSpan.FromDays(1);

    private sealed record Body(string? Text);
}
