namespace Fanfare.WebSockets.Tests.Handlers;

/// <summary>Handlers are registered once and serve every wire: product sections 2, 4 and 12.</summary>
public sealed class HandlerTests
{
    [Fact]
    public async Task One_handler_serves_both_wires_and_each_acks_in_its_own_words()
    {
        await using var server = await TestServer.StartAsync(static main => main.On("sum", static (Connection _, int a, int b) => Task.FromResult(a + b)));
        await using var client = await PlainClient.EnterAsync(server, "u1");
        await using var peer = await SocketIOPeer.ConnectAsync(server, "u2");

        await peer.SendAsync("421[\"sum\",2,3]");

        Assert.Equal("""{"type":"ack","ref":"q","data":5}""", await client.AskAsync("""{"type":"sum","args":[2,3],"ref":"q"}"""));
        Assert.Equal("431[5]", await peer.NextAsync());
    }

    [Fact]
    public async Task The_data_of_an_ack_is_one_value_as_it_is_several_as_an_array_and_none_as_an_empty_one()
    {
        await using var server = await TestServer.StartAsync(static main =>
        {
            main.On("none", static (Connection _) => Task.CompletedTask);
            main.On("one", static context => context.Ack(new { echo = 5 }));
            main.On("two", static context => context.Ack("a", new byte[] { 1 }));
            main.On("later", static async context =>
            {
                await Task.Yield();
                context.Ack(1);
                context.Ack(2);
            });
        });
        await using var client = await PlainClient.EnterAsync(server);

        Assert.Equal("""{"type":"ack","ref":1,"data":[]}""", await client.AskAsync("""{"type":"none","ref":1}"""));
        Assert.Equal("""{"type":"ack","ref":1,"data":{"echo":5}}""", await client.AskAsync("""{"type":"one","ref":1}"""));
        Assert.Equal("""{"type":"ack","ref":1,"data":["a","AQ=="]}""", await client.AskAsync("""{"type":"two","ref":1}"""));
        Assert.Equal("""{"type":"ack","ref":1,"data":1}""", await client.AskAsync("""{"type":"later","ref":1}"""));
        await client.SendAsync("""{"type":"one"}""");
        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task A_handler_that_throws_is_internal_with_ref_and_a_log_line_without()
    {
        await using var server = await TestServer.StartAsync(static main => main.On("fail", static (Connection _, int __) => throw new InvalidOperationException("a secret")));
        await using var client = await PlainClient.EnterAsync(server);

        await client.SendAsync("""{"type":"fail","args":[1]}""");
        var error = await client.AskAsync("""{"type":"fail","args":[1],"ref":2.0}""");

        Assert.StartsWith("""{"type":"error","code":"internal",""", error, StringComparison.Ordinal);
        Assert.EndsWith(",\"ref\":2.0}", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
        await client.ExpectNothingAsync();
        Assert.Equal(2, server.Logs.Of("HandlerFailed").Count);
        Assert.Equal(2, server.Meters.Sum("fanfare.handler.failures"));
    }

    [Fact]
    public async Task An_argument_that_does_not_fit_is_bad_message_and_the_handler_is_not_called()
    {
        var calls = new Recorder<int>();
        await using var server = await TestServer.StartAsync(main => main.On("count", (Connection _, int value) =>
        {
            calls.Add(value);
            return Task.CompletedTask;
        }));
        await using var client = await PlainClient.EnterAsync(server);

        await client.SendAsync("""{"type":"count","args":["x"]}""");
        await client.SendAsync("""{"type":"count","value":1,"ref":"r"}""");
        Assert.Equal("bad_message", await client.NextErrorAsync());
        Assert.Equal("""{"type":"ack","ref":1,"data":[]}""", await client.AskAsync("""{"type":"count","args":[7,8,9],"ref":1}"""));
        Assert.Equal("""{"type":"ack","ref":1,"data":[]}""", await client.AskAsync("""{"type":"count","args":[],"ref":1}"""));

        Assert.Equal([7, 0], await calls.Take(2));
        Assert.Equal(2, server.Logs.Of("BadArguments").Count);
    }

    [Fact]
    public async Task Half_a_surrogate_pair_refuses_the_event_in_its_turn_as_on_other_wires()
    {
        var calls = new Recorder<string>();
        await using var server = await TestServer.StartAsync(main => main.On("note", (Connection _, string text) =>
        {
            calls.Add(text);
            return Task.CompletedTask;
        }));
        await using var client = await PlainClient.EnterAsync(server);

        await client.SendAsync("""{"type":"note","args":["first"]}""");
        Assert.StartsWith("""{"type":"error","code":"bad_message",""", await client.AskAsync("{\"type\":\"note\",\"args\":[\"a\\ud800\"],\"ref\":1}"), StringComparison.Ordinal);
        await client.SendAsync("{\"type\":\"note\",\"text\":\"\\udc00\"}");
        await client.SendAsync("""{"type":"note","args":["last"]}""");

        Assert.Equal(["first", "last"], await calls.Take(2));
        Assert.Equal(2, server.Logs.Of("BadArguments").Count);
        await client.ExpectNothingAsync();
    }

    [Theory]
    [InlineData("""{"type":"join","room":"\ud800","ref":1}""", true)]
    [InlineData("""{"type":"refresh","token":"\ud800","ref":1}""", true)]
    [InlineData("""{"type":"message","room":"open","content":"\ud800","ref":1}""", true)]
    [InlineData("""{"type":"nobody_knows","a":"\ud800","ref":1}""", true)]
    [InlineData("""{"type":"note\ud800","ref":1}""", true)]
    [InlineData("""{"type":"note","ref":"\ud800"}""", false)]
    [InlineData("""{"type":"note","\ud800":1,"ref":1}""", false)]
    [InlineData("""{"type":"note","a":"\ud800","b":1,"b":2,"ref":1}""", false)]
    public async Task Half_a_surrogate_pair_in_what_no_handler_reads_is_bad_json(string text, bool hasRef)
    {
        await using var server = await TestServer.StartAsync(static main => main.On("note", static _ => { }));
        await using var client = await PlainClient.JoinAsync(server);

        await client.SendAsync(text);

        var error = await client.NextJsonAsync();
        Assert.Equal("bad_json", error.GetProperty("code").GetString());
        Assert.Equal(hasRef, error.TryGetProperty("ref", out _));
        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task A_hook_may_answer_otherwise()
    {
        await using var server = await TestServer.StartAsync(static main =>
        {
            main.On("count", static (Connection _, int __) => Task.CompletedTask);
            main.OnArgumentsRefused(static (context, _) =>
            {
                context.Fail("not_a_number");
                return true;
            });
        });
        await using var client = await PlainClient.EnterAsync(server);

        Assert.StartsWith("""{"type":"error","code":"not_a_number",""", await client.AskAsync("""{"type":"count","args":["x"],"ref":1}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_for_message_takes_the_place_of_the_relay_on_both_wires()
    {
        await using var server = await TestServer.StartAsync(static main =>
            main.On("message", static async (Connection connection, Said said) =>
            {
                await connection.To(said.Room).EmitAsync("message", new { room = said.Room, text = said.Content.ToUpperInvariant() });
                return "kept";
            }));
        await using var reader = await PlainClient.JoinAsync(server, "u1");
        await using var client = await PlainClient.EnterAsync(server, "u2");
        await using var peer = await SocketIOPeer.ConnectAsync(server, "u3");

        Assert.Equal("""{"type":"ack","ref":1,"data":"kept"}""", await client.AskAsync("""{"type":"message","room":"open","content":"hi","ref":1}"""));
        await peer.SendAsync("""420["message",{"room":"open","content":"ho"}]""");

        Assert.StartsWith("""{"type":"message","room":"open","text":"HI",""", await reader.NextAsync(), StringComparison.Ordinal);
        Assert.StartsWith("""{"type":"message","room":"open","text":"HO",""", await reader.NextAsync(), StringComparison.Ordinal);
        Assert.Equal("430[\"kept\"]", await peer.NextAsync());
    }

    [Fact]
    public async Task Authenticate_refresh_join_leave_and_ping_belong_to_the_wire()
    {
        var calls = new Recorder<string>();
        await using var server = await TestServer.StartAsync(main =>
        {
            string[] names = ["authenticate", "refresh", "join", "leave", "ping"];
            foreach (var name in names)
            {
                main.On(name, context => calls.Add(context.Event));
            }
        });
        await using var client = await PlainClient.JoinAsync(server);
        await client.SendAsync("""{"type":"refresh","token":"u1"}""");
        await client.SendAsync("""{"type":"leave","room":"open"}""");
        await client.NextAsync();
        await client.NextAsync();

        await client.ExpectNothingAsync();
        Assert.True(calls.IsEmpty);
    }

    [Fact]
    public async Task The_relayed_message_is_one_event_on_every_wire()
    {
        await using var server = await TestServer.StartAsync(static main => main.On("enter", static (Connection connection, string room) => connection.JoinAsync(room).AsTask()));
        await using var peer = await SocketIOPeer.ConnectAsync(server, "u2");
        await peer.SendAsync("420[\"enter\",\"open\"]");
        Assert.Equal("430[]", await peer.NextAsync());
        await using var client = await PlainClient.JoinAsync(server, "u1");

        await client.SendAsync("""{"type":"message","room":"open","content":"hi"}""");

        Assert.Matches("""^42\["message",\{"room":"open","from":"u1","content":"hi","timestamp":\d{13}\}\]$""", await peer.NextAsync());
    }

    [Fact]
    public async Task Handlers_start_in_order_and_pong_does_not_wait_for_them()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(main => main.On("slow", async (Connection _, int value) =>
        {
            await gate.Task;
            return value;
        }));
        await using var client = await PlainClient.EnterAsync(server);

        for (var i = 0; i < 5; i++)
        {
            await client.SendAsync($$"""{"type":"slow","args":[{{i}}],"ref":{{i}}}""");
        }

        await client.SendAsync("""{"type":"join","room":"open"}""");
        await client.ExpectNothingAsync();
        gate.SetResult();

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal($$"""{"type":"ack","ref":{{i}},"data":{{i}}}""", await client.NextAsync());
        }

        Assert.Equal("joined", (await client.NextJsonAsync()).GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_handler_that_hangs_holds_up_only_its_own_connection_and_that_for_a_time()
    {
        await using var server = await TestServer.StartAsync(
            static main => main.On("hang", static (Connection _, int __) => new TaskCompletionSource<int>().Task), movesClock: true);
        await using var client = await PlainClient.EnterAsync(server, "u1");
        await using var other = await PlainClient.EnterAsync(server, "u2");
        await client.SendAsync("""{"type":"hang","args":[1],"ref":1}""");
        await client.SendAsync("""{"type":"join","room":"open"}""");
        await client.ExpectNothingAsync();
        await other.JoinAsync("open");

        server.Clock!.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal("internal", await client.NextErrorAsync());
        Assert.Equal("joined", (await client.NextJsonAsync()).GetProperty("type").GetString());
    }

    [Fact]
    public async Task Log_lines_about_what_a_client_named_are_one_line_and_short()
    {
        await using var server = await TestServer.StartAsync(static main =>
            main.OnConnection(static connection => connection.OnAny(static _ => throw new InvalidOperationException("broken"))));
        await using var client = await PlainClient.EnterAsync(server);

        await client.SendAsync("{\"type\":\"a\\r\\n\\u001b[31mroot logged in\\u0085" + new string('x', 5000) + "\",\"ref\":1}");

        Assert.Equal("internal", await client.NextErrorAsync());
        var line = Assert.Single(server.Logs.Of("HandlerFailed")).Text;
        Assert.DoesNotContain(line, char.IsControl);
        Assert.True(line.Length < 400, line);
    }

    private sealed record Said(string Room, string Content);
}
