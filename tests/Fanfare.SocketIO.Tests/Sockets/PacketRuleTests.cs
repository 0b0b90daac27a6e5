using System.Globalization;
using System.Text;

namespace Fanfare.SocketIO.Tests.Sockets;

/// <summary>Socket.IO v5, what clients may send and what ends their connection: protocol notes 2.1 to 2.3.</summary>
public sealed class PacketRuleTests
{
    private static readonly string[] BadPackets =
    [
        // No packet type, or none of a client's.
        "4", "47", "4abc", "4-1", "44{\"message\":\"x\"}", "44\"x\"", "44/other,\"x\"",
        // Payload shapes.
        "42", "42[]", "42{}", "42\"x\"", "42null", "421", "42[{}]", "42[null]", "42[true]", "42[[\"a\"]]", "42[\"a\"", "42[\"a\"]]", "42[\"a\"]x", "42[\"a\",]", "42[\"a\",undefined]",
        "42[\"a\",NaN]", "42[\"a\",01]", "42['a']", "43{}", "431{}", "431\"x\"", "41{}", "41[]", "40[]", "40\"x\"", "401", "40null",
        // Reserved names.
        "42[\"connect\"]", "42[\"connect_error\"]", "42[\"disconnect\"]", "42[\"disconnecting\"]", "42[\"newListener\"]", "42[\"removeListener\"]",
        // Ack ids and attachment counts that are none.
        "42a[\"x\"]", "42-1[\"x\"]", "421.5[\"x\"]", "4299999999999999999999[\"x\"]", "45[\"x\"]", "45a-[\"x\"]", "45-[\"x\"]", "45-1-[\"x\"]", "451[\"x\"]", "451.5-[\"x\"]",
        // More than ten attachments.
        "4511-[\"x\"]", "4599999999-[\"x\"]", "4599999999999999999999-[\"x\"]",
        // Placeholders that do not fit.
        "451-[\"x\",{\"_placeholder\":true,\"num\":1}]", "451-[\"x\",{\"_placeholder\":true,\"num\":-1}]", "451-[\"x\",{\"_placeholder\":true,\"num\":\"0\"}]",
        "451-[\"x\",{\"_placeholder\":true,\"num\":0.5}]", "451-[\"x\",{\"_placeholder\":true}]", "451-[\"x\",{\"_placeholder\":true,\"num\":\"splice\"}]", "451-[\"x\",{\"_placeholder\":true,\"num\":99999999999}]",
        // Namespaces that were not joined.
        "42/other,[\"x\"]", "43/other,1[]", "41/other,", "42/a?x=1,[\"x\"]",
        // A second CONNECT.
        "40", "40{}",
        // Depth, duplicate keys.
        "42[\"x\"," + new string('[', 32) + new string(']', 32) + "]",
        "42[\"x\"," + new string('[', 100_000) + new string(']', 100_000) + "]",
        "42[\"x\"," + new string('[', 400_000),
        "42[\"x\",{\"a\":1,\"a\":2}]", "42[\"x\",{\"a\":1,\"\\u0061\":2}]", "42[\"x\",{\"b\":{\"__proto__\":1,\"__proto__\":2}}]",
        // A binary message that nobody announced.
        "bAQIDBA==",
    ];

    private static readonly string[] Names = ["/", "/second", "/Räume und mehr"];

    private readonly Recorder<string> _events = new();
    private readonly Recorder<string> _ends = new();

    [Theory]
    [InlineData(EngineLink.WebSocket)]
    [InlineData(EngineLink.Polling)]
    public async Task A_bad_packet_closes_the_whole_connection(string transport)
    {
        await using var server = await StartAsync();
        await using var bystander = await SocketClient.ConnectAsync(server);
        foreach (var packet in BadPackets)
        {
            var name = packet.Length > 100 ? packet[..100] : packet;
            await using var client = await SocketClient.ConnectAsync(server, transport);
            await SocketClient.EnterAsync(client.Link, "/second");

            // The line may be gone before the second packet is out.
            await client.Link.SendAsync(packet, "42[\"behind\"]").ContinueWith(static _ => { }, TaskScheduler.Default);

            Assert.True((await _ends.Take(2)).Order().SequenceEqual(["/ forced close", "/second forced close"]), name);
            Assert.True((await client.Link.RestAsync()).Count == 0, name);
            Assert.Equal("[\"pong\"]", await bystander.AskAsync("[\"echo\",\"pong\"]"));
            Assert.Equal("echo", await _events.Next());
            Assert.True(_events.IsEmpty, name);
        }

        Assert.Empty(server.Logs.Faults);
    }

    [Theory]
    [InlineData("bAQID", "text while attachments are due", "451-[\"x\",{\"_placeholder\":true,\"num\":0}]", "42[\"y\"]")]
    [InlineData("bAQID", "a second header", "451-[\"x\",{\"_placeholder\":true,\"num\":0}]", "451-[\"x\",{\"_placeholder\":true,\"num\":0}]")]
    [InlineData("bAQID", "a second binary message", "451-[\"x\",{\"_placeholder\":true,\"num\":0}]", "bAQID", "bAQID")]
    public async Task Attachments_come_at_once_and_no_others(string then, string what, params string[] packets)
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);

        await client.Link.SendAsync([.. packets, then]);

        Assert.Equal("/ forced close", await _ends.Next());
        Assert.True(await client.Link.NextAsync() is null, what);
    }

    [Theory]
    [InlineData("42[1,2]", "1")]
    [InlineData("42[\"error\",1]", "error")]
    [InlineData("42[\"\"]", "")]
    [InlineData("42[ \"echo\" , 1 ]", "echo")]
    [InlineData("42[\"x\\u0000y\"]", "x\0y")]
    public async Task Odd_events_that_are_allowed_arrive(string packet, string expected)
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);

        await client.Link.SendAsync(packet);

        Assert.Equal(expected, await _events.Next());
        Assert.Equal("[true]", await client.AskAsync("[\"echo\",true]"));
    }

    [Theory]
    [InlineData("43")]
    [InlineData("430[]")]
    [InlineData("431")]
    [InlineData("43999[1]")]
    [InlineData("43[]")]
    public async Task Acks_that_nobody_waits_for_are_ignored(string packet)
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);

        await client.Link.SendAsync(packet);

        Assert.Equal("[true]", await client.AskAsync("[\"echo\",true]"));
    }

    [Fact]
    public async Task Ten_attachments_are_fine_and_come_back_in_their_places()
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);
        var places = string.Join(',', Enumerable.Range(0, 10).Select(static i => $$"""{"_placeholder":true,"num":{{i}}}"""));
        var buffers = Enumerable.Range(0, 10).Select(static i => "b" + Convert.ToBase64String([(byte)i, 1, 2])).ToArray();

        await client.Link.SendAsync([$"4510-7[\"echo\",[{places}]]", .. buffers]);

        Assert.Equal($"4610-7[[{places}]]", await client.NextAsync());
        foreach (var buffer in buffers)
        {
            Assert.Equal(buffer, await client.NextAsync());
        }
    }

    [Theory]
    [InlineData(EngineLink.WebSocket)]
    [InlineData(EngineLink.Polling)]
    public async Task Binary_goes_both_ways_wherever_it_stands(string transport)
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server, transport);

        // Numbered as they please on the way in, depth first on the way out.
        await client.Link.SendAsync("""452-1["echo",{"a":{"_placeholder":true,"num":1},"b":[1,{"_placeholder":true,"num":0}]}]""", "bAA==", "bAQE=");

        Assert.Equal("""462-1[{"a":{"_placeholder":true,"num":0},"b":[1,{"_placeholder":true,"num":1}]}]""", await client.NextAsync());
        Assert.Equal("bAQE=", await client.NextAsync());
        Assert.Equal("bAA==", await client.NextAsync());
    }

    [Fact]
    public async Task A_placeholder_that_a_user_writes_stays_data()
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);

        Assert.Equal("""[{"_placeholder":true,"num":0}]""", await client.AskAsync("""["echo",{"_placeholder":true,"num":0}]"""));
    }

    [Fact]
    public async Task Numbers_and_texts_are_relayed_as_they_came()
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);
        const string Value = """[1.50,1e3,-0.0,12345678901234567890,0.1000,"caf\u00e9 é € 😀 <b>&'+\" \\ \u0007",null,true,{"é":"ü"}]""";

        Assert.Equal($"[{Value}]", await client.AskAsync($"[\"echo\",{Value}]"));
    }

    [Fact]
    public async Task Depth_within_the_limit_is_fine()
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);
        var deep = new string('[', 31) + new string(']', 31);

        Assert.Equal($"[{deep}]", await client.AskAsync($"[\"echo\",{deep}]"));
    }

    [Fact]
    public async Task Texts_that_are_not_UTF8_end_the_connection_without_an_exception()
    {
        byte[][] patterns =
        [
            [0xFF], [0xFE], [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
        ];
        await using var server = await StartAsync();
        foreach (var pattern in patterns)
        {
            foreach (var (before, after) in new[] { ("42[\"x\",\"", "\"]"), ("42[\"", "\"]"), ("42[\"x\",{\"", "\":1}]"), ("42/", ",[\"x\"]") })
            {
                await using var client = await SocketClient.ConnectAsync(server);
                await ((WebSocketLink)client.Link).SendTextBytesAsync([.. Encoding.UTF8.GetBytes(before), .. pattern, .. Encoding.UTF8.GetBytes(after)]);
                Assert.Null(await client.NextAsync());
                await _ends.Next();
            }
        }

        Assert.True(_events.IsEmpty);
        Assert.Empty(server.Logs.Faults);
    }

    [Fact]
    public async Task An_event_whose_text_is_half_a_surrogate_pair_is_refused_in_its_turn_and_the_connection_lives()
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);

        await client.Link.SendAsync("420[\"echo\",1]", "421[\"echo\",\"\\ud800\"]", "42[\"echo\",\"\\ud800\"]", "422[\"echo\",2]");

        Assert.Equal("430[1]", await client.NextAsync());
        Assert.Equal("431[{\"error\":\"bad_message\"}]", await client.NextAsync());
        Assert.Equal("432[2]", await client.NextAsync());
        Assert.Empty(server.Logs.Faults);
    }

    [Theory]
    [InlineData("43[\"\\ud800\"]")]
    [InlineData("42[\"\\ud800\"]")]
    [InlineData("42[\"x\",{\"\\udfff\":1}]")]
    public async Task Half_a_surrogate_pair_harms_nobody(string packet)
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);

        await client.Link.SendAsync(packet);
        Assert.Equal("/ forced close", await _ends.Next());
        Assert.Null(await client.NextAsync());

        await using var bystander = await SocketClient.ConnectAsync(server);
        Assert.Equal("[1]", await bystander.AskAsync("[\"echo\",1]"));
        Assert.Empty(server.Logs.Faults);
    }

    [Fact]
    public async Task An_event_before_the_answer_to_CONNECT_closes_the_connection()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(setup: fanfare => fanfare.Of("/").Use(async (_, next) =>
        {
            await goOn.Task;
            await next();
        }));
        await using var link = await WebSocketLink.OpenAsync(server);

        await link.SendAsync("40", "42[\"early\"]");

        Assert.Null(await link.NextAsync());
        goOn.SetResult();
        Assert.True(_events.IsEmpty);
    }

    [Fact]
    public async Task An_event_without_any_CONNECT_closes_the_connection()
    {
        await using var server = await StartAsync();
        await using var link = await WebSocketLink.OpenAsync(server);

        await link.SendAsync("42[\"early\"]");

        Assert.Null(await link.NextAsync());
        Assert.True(_events.IsEmpty);
    }

    [Fact]
    public async Task What_stands_before_a_DISCONNECT_is_handled_and_what_stands_behind_it_is_dropped()
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server, EngineLink.Polling);
        var second = await SocketClient.EnterAsync(client.Link, "/second");

        await client.Link.SendAsync("42[\"before\"]", "41", "42[\"behind\"]", "42/second,[\"other namespace\"]");

        Assert.Equal("before", await _events.Next());
        Assert.Equal("other namespace", await _events.Next());
        Assert.Equal("/ client namespace disconnect", await _ends.Next());
        Assert.Equal("[1]", await second.AskAsync("[\"echo\",1]"));
        Assert.DoesNotContain("behind", await DrainAsync(server));
    }

    [Fact]
    public async Task What_stands_behind_a_DISCONNECT_in_the_same_read_of_a_WebSocket_is_dropped_too()
    {
        await using var server = await StartAsync();
        using var client = await RawWebSocket.OpenAsync(server);
        await client.SendAsync(RawWebSocket.Frame("40"));
        await client.ReadUntilAsync("40{");
        await client.SendAsync(RawWebSocket.Frame("40/second,"));
        await client.ReadUntilAsync("40/second,{");

        // Few bytes, sent at once, so that they are read at once.
        byte[] together =
        [
            .. RawWebSocket.Frame("42[\"before\"]"),
            .. RawWebSocket.Frame("41"),
            .. RawWebSocket.Frame("42[\"behind\"]"),
            .. RawWebSocket.Frame("42/second,[\"other namespace\"]"),
            .. RawWebSocket.Frame("42/second,9[\"echo\",1]"),
        ];
        await client.SendAsync(together);

        Assert.Equal("before", await _events.Next());
        Assert.Equal("other namespace", await _events.Next());
        Assert.Equal("/ client namespace disconnect", await _ends.Next());
        await client.ReadUntilAsync("43/second,9[1]");
        await client.SendAsync(RawWebSocket.Frame("42[\"late\"]"));
        await client.WhenClosedAsync().InTime();
        Assert.DoesNotContain(await DrainAsync(server), static e => e is "behind" or "late");
    }

    [Fact]
    public async Task A_namespace_that_was_left_may_be_entered_again()
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);
        await client.Link.SendAsync("41");
        Assert.Equal("/ client namespace disconnect", await _ends.Next());

        var again = await SocketClient.EnterAsync(client.Link);

        Assert.NotEqual(client.Id, again.Id);
        Assert.Equal("[1]", await again.AskAsync("[\"echo\",1]"));
    }

    [Fact]
    public async Task A_refused_CONNECT_keeps_the_connection_and_others_may_be_tried()
    {
        await using var server = await StartAsync();
        await using var link = await WebSocketLink.OpenAsync(server);

        await link.SendAsync("40/nowhere,");
        Assert.Equal("44/nowhere,{\"message\":\"Invalid namespace\"}", await link.NextAsync());
        await link.SendAsync("40/second?x=1,");
        Assert.Equal("44/second?x=1,{\"message\":\"Invalid namespace\"}", await link.NextAsync());
        await link.SendAsync("40/random");
        Assert.Equal("44/random,{\"message\":\"Invalid namespace\"}", await link.NextAsync());
        await link.SendAsync("40/Räume und mehr,");
        Assert.StartsWith("40/Räume und mehr,{\"sid\":", await link.NextAsync(), StringComparison.Ordinal);

        await SocketClient.EnterAsync(link);
    }

    [Fact]
    public async Task Without_a_namespace_in_time_the_connection_is_closed()
    {
        await using var server = await StartAsync(movesClock: true);
        await using var mute = await WebSocketLink.OpenAsync(server);
        await using var refused = await WebSocketLink.OpenAsync(server);
        await refused.SendAsync("40/nowhere,");
        Assert.StartsWith("44/nowhere", await refused.NextAsync(), StringComparison.Ordinal);
        await using var client = await SocketClient.ConnectAsync(server);

        server.Clock!.Advance(TimeSpan.FromSeconds(46));

        await server.Meters.WhenRefused(FanfareMetrics.Limit.ConnectTimeout, 2);
        Assert.Null(await mute.NextAsync());
        Assert.Null(await refused.NextAsync());
        Assert.Equal("[1]", await client.AskAsync("[\"echo\",1]"));
    }

    [Fact]
    public async Task Of_thousands_of_packets_none_is_lost_and_all_are_in_order()
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server);
        const int Count = 2000;

        for (var i = 0; i < Count; i++)
        {
            await client.Link.SendAsync(string.Create(CultureInfo.InvariantCulture, $"42{i}[\"echo\",{i}]"));
        }

        for (var i = 0; i < Count; i++)
        {
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"43{i}[{i}]"), await client.NextAsync());
        }
    }

    [Fact]
    public async Task Of_thousands_of_packets_in_one_POST_every_one_is_answered_while_the_client_polls()
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server, EngineLink.Polling);
        const int Count = 3000;

        var packets = Enumerable.Range(0, Count).Select(static i => string.Create(CultureInfo.InvariantCulture, $"42{i}[\"echo\",{i}]"));
        var sending = client.Link.SendAsync([.. packets]);

        for (var i = 0; i < Count; i++)
        {
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"43{i}[{i}]"), await client.NextAsync());
        }

        await sending;
    }

    private async Task<List<string>> DrainAsync(TestServer server)
    {
        await using var marker = await SocketClient.ConnectAsync(server);
        await marker.EmitAsync("[\"marker\"]");
        var events = new List<string>();
        while (events.LastOrDefault() != "marker")
        {
            events.Add(await _events.Next());
        }

        return events;
    }

    private Task<TestServer> StartAsync(Action<IFanfare>? setup = null, bool movesClock = false) => TestServer.StartAsync(
        options =>
        {
            options.Engine.MaxMessagesPerSecond = 0;
            options.Engine.MaxBytesPerSecond = 0;
            if (movesClock)
            {
                // Only the time to enter a namespace is to pass.
                options.Engine.PingInterval = TimeSpan.FromHours(1);
            }
        },
        movesClock: movesClock,
        setup: fanfare =>
        {
            foreach (var name in Names)
            {
                fanfare.Of(name).On("echo", context => context.Ack(context.Arguments));
                fanfare.Of(name).OnConnection(connection =>
                {
                    connection.OnAny(context =>
                    {
                        _events.Add(context.Event);
                        return ValueTask.CompletedTask;
                    });
                    connection.OnDisconnect(reason => _ends.Add($"{name} {reason}"));
                });
            }

            setup?.Invoke(fanfare);
        });
}
