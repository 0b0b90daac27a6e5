using System.Text;
using System.Diagnostics;

namespace Fanfare.SocketIO.Tests.Hostile;

/// <summary>Sockets that connect and then say nothing: before a request, in the middle of one, or once the WebSocket is open.</summary>
[Collection(typeof(AloneCollection))]
public sealed class MuteSocketTests
{
    [Fact]
    public Task A_tenth_of_five_thousand_mute_sockets_are_gone_and_clients_connect_meanwhile() => HoldAsync(500, TimeSpan.FromSeconds(2));

    [Fact]
    [Trait("Category", "Long")]
    public Task Five_thousand_mute_sockets_are_gone_and_clients_connect_meanwhile() => HoldAsync(5000, TimeSpan.FromSeconds(10));

    private static async Task HoldAsync(int count, TimeSpan patience)
    {
        await using var server = await TestServer.StartAsync(
            options =>
            {
                options.ConnectTimeout = patience;
                options.Engine.MaxConnectionsPerAddress = 0;
            },
            setup: static fanfare => fanfare.Of("/").On("echo", static context => context.Ack(context.Arguments)),
            kestrel: options =>
            {
                // Kestrel adds a second of its own, and looks once a second.
                options.Limits.RequestHeadersTimeout = patience - TimeSpan.FromSeconds(1);
                options.Limits.KeepAliveTimeout = patience - TimeSpan.FromSeconds(1);
            });
        await ConnectAsync(server);
        var handles = Figures.Handles;

        var lives = new List<Task<TimeSpan>>();
        var halfARequest = Encoding.ASCII.GetBytes("GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: loc");
        for (var i = 0; i < count; i++)
        {
            var socket = i % 3 == 2 ? await RawWebSocket.OpenAsync(server) : await RawWebSocket.ConnectAsync(server);
            if (i % 3 == 1)
            {
                await socket.SendAsync(halfARequest);
            }

            lives.Add(LiveAsync(socket));
        }

        var connects = new List<TimeSpan>();
        var all = Task.WhenAll(lives);
        while (!all.IsCompleted)
        {
            connects.Add(await ConnectAsync(server));
        }

        var longest = (await all).Max();
        await server.Meters.When("fanfare.sessions.active", null, static sum => sum == 0);
        var handlesAfter = Figures.Handles;
        Figures.Write($"{count:N0} mute sockets, {patience.TotalSeconds:F0} s of patience: all gone after {longest.TotalSeconds:F1} s at most; {connects.Count:N0} clients connected meanwhile, the slowest in {connects.Max().TotalMilliseconds:F0} ms; handles {handles} before, {handlesAfter} after");
        Assert.Equal(count / 3, server.Meters.Refused(FanfareMetrics.Limit.ConnectTimeout));
        Assert.InRange(handlesAfter, 0, handles + Math.Max(20, handles / 100));
        Assert.Empty(server.Logs.Faults);
    }

    private static async Task<TimeSpan> LiveAsync(RawWebSocket socket)
    {
        var start = Stopwatch.GetTimestamp();
        await socket.WhenClosedAsync(ignoresClose: true);
        socket.Dispose();
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Connects as clients do, and asks something.</summary>
    private static async Task<TimeSpan> ConnectAsync(TestServer server)
    {
        var start = Stopwatch.GetTimestamp();
        await using var link = await WebSocketLink.OpenAsync(server);
        var client = await SocketClient.EnterAsync(link);
        Assert.Equal("[1]", await client.AskAsync("[\"echo\",1]"));
        var taken = Stopwatch.GetElapsedTime(start);
        await link.CloseAsync();
        return taken;
    }
}
