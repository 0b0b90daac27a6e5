using System.Net;

namespace Fanfare.SocketIO.Tests.Engine;

/// <summary>Both transports over HTTP/2 and TLS, as browsers speak: polls as streams, a WebSocket by extended CONNECT (RFC 8441).</summary>
public sealed class Http2Tests
{
    private readonly Recorder<string> _ends = new();

    [Theory]
    [InlineData(EngineLink.WebSocket)]
    [InlineData(EngineLink.Polling)]
    public async Task Events_acks_and_binary_go_both_ways(string transport)
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server, transport);
        var large = $"[\"{new string('x', 200_000)}\"]";

        Assert.Equal("[1]", await client.AskAsync("[\"echo\",1]"));
        Assert.Equal(large, await client.AskAsync("[\"echo\"," + large[1..]));
        await client.Link.SendAsync("451-9[\"echo\",{\"_placeholder\":true,\"num\":0}]", "bAQIDBA==");
        Assert.Equal("461-9[{\"_placeholder\":true,\"num\":0}]", await client.NextAsync());
        Assert.Equal("bAQIDBA==", await client.NextAsync());
        Assert.Equal(transport, server.Main.Connections[0].Transport);
    }

    [Fact]
    public async Task Many_of_both_transports_on_one_connection_hear_every_broadcast_in_order()
    {
        const int Count = 200;
        await using var server = await StartAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => SocketClient.ConnectAsync(server, i % 4 == 0 ? EngineLink.Polling : EngineLink.WebSocket)));

        var heard = clients.Select(static async client =>
        {
            var events = new List<string>();
            while (events.Count < Count)
            {
                events.Add(await client.NextEventAsync());
            }

            return events;
        }).ToArray();
        for (var i = 0; i < Count; i++)
        {
            await server.Main.EmitAsync("m", i);
        }

        Assert.All(await Task.WhenAll(heard), static events => Assert.Equal(Enumerable.Range(0, Count).Select(static i => $"[\"m\",{i}]"), events));
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_session_goes_over_to_WebSocket_and_nothing_is_lost()
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server, EngineLink.Polling);
        var polling = (PollingLink)client.Link;
        var poll = await polling.BeginPollAsync();

        await using var webSocket = await WebSocketLink.ConnectAsync(server, $"EIO=4&transport=websocket&sid={polling.Sid}");
        await webSocket.SendAsync("2probe");
        Assert.Equal("3probe", await webSocket.NextAsync());
        Assert.Equal((HttpStatusCode.OK, "6"), await poll);
        await server.Main.EmitAsync("between", 1);
        await webSocket.SendAsync("5");
        await server.Main.EmitAsync("after", 2);

        Assert.Equal("42[\"between\",1]", await webSocket.NextAsync());
        Assert.Equal("42[\"after\",2]", await webSocket.NextAsync());
        Assert.Equal(HttpStatusCode.BadRequest, (await polling.PollAsync()).Status);
    }

    [Theory]
    [InlineData(EngineLink.WebSocket)]
    [InlineData(EngineLink.Polling)]
    public async Task A_stream_that_is_reset_ends_its_own_session_and_no_other_on_the_connection(string transport)
    {
        await using var server = await StartAsync();
        await using var stays = await SocketClient.ConnectAsync(server, transport);
        await using var goes = await SocketClient.ConnectAsync(server, transport);

        await goes.BreakAsync();

        Assert.StartsWith("transport", await _ends.Next(), StringComparison.Ordinal);
        Assert.Equal("[1]", await stays.AskAsync("[\"echo\",1]"));
        Assert.True(_ends.IsEmpty);
    }

    [Theory]
    [InlineData(EngineLink.WebSocket)]
    [InlineData(EngineLink.Polling)]
    public async Task The_server_may_end_it_with_a_word(string transport)
    {
        await using var server = await StartAsync();
        await using var client = await SocketClient.ConnectAsync(server, transport);

        await server.Main.DisconnectAsync(close: true);

        Assert.Equal(["41"], await client.Link.RestAsync());
        Assert.Equal("server namespace disconnect", await _ends.Next());
        Assert.Empty(server.Logs.Faults);
    }

    private Task<TestServer> StartAsync() => TestServer.StartAsync(isHttp2: true, setup: fanfare =>
    {
        fanfare.Of("/").On("echo", static context => context.Ack(context.Arguments));
        fanfare.Of("/").OnConnection(connection => connection.OnDisconnect(reason => _ends.Add(reason.Text)));
    });
}
