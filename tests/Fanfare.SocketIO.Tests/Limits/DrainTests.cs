using System.Net;

namespace Fanfare.SocketIO.Tests.Limits;

/// <summary>A server that is told to stop closes its clients a few at a time, and they find another one.</summary>
public sealed class DrainTests
{
    [Fact]
    public Task Every_client_is_told_in_batches_and_is_served_by_another_instance() => MoveAsync(50);

    [Fact]
    [Trait("Category", "Long")]
    public Task Every_one_of_500_clients_is_told_in_batches_and_is_served_by_another_instance() => MoveAsync(500);

    [Fact]
    public async Task Meanwhile_new_clients_are_sent_elsewhere_and_those_on_polling_learn_of_the_end()
    {
        var ends = new Recorder<(string Reason, long At)>();
        await using var server = await StartAsync(ends);
        await using var client = await SocketClient.ConnectAsync(server, EngineLink.Polling);
        var stopping = server.StopAsync();
        Assert.Equal("server shutting down", (await ends.Next()).Reason);

        using var response = await server.Http.GetAsync(server.Url("EIO=4&transport=polling"), TestContext.Current.CancellationToken).InTime();
        var webSocket = await RawHttp.ExchangeAsync(
            server.Port,
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        var last = await ((PollingLink)client.Link).PollAsync();
        await stopping;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter?.Delta);
        Assert.StartsWith("HTTP/1.1 503", webSocket, StringComparison.Ordinal);
        Assert.Contains("\r\nRetry-After: ", webSocket, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, "1"), last);
    }

    [Fact]
    public async Task A_client_whose_handshake_is_under_way_when_it_begins_is_told_as_well()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var go = new ManualResetEventSlim();
        await using var server = await TestServer.StartAsync(
            options => options.Engine.InitialHeaders = _ =>
            {
                if (begun.TrySetResult())
                {
                    go.Wait(TestContext.Current.CancellationToken);
                }
            },
            static options => options.DrainTime = TimeSpan.FromSeconds(2));
        var late = RawHttp.ExchangeAsync(
            server.Port,
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        await begun.Task.InTime();
        var stopping = server.StopAsync();
        while (await TakesHandshakesAsync(server))
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        go.Set();

        // The open packet, and behind it a close frame; not the end of a connection that was cut.
        Assert.Matches("(?s)\"sid\".*\u0088", await late);
        await stopping;
    }

    private static async Task<bool> TakesHandshakesAsync(TestServer server)
    {
        try
        {
            using var response = await server.Http.GetAsync(server.Url("EIO=4&transport=polling"), TestContext.Current.CancellationToken);
            return response.StatusCode != HttpStatusCode.ServiceUnavailable;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task MoveAsync(int count)
    {
        var ends = new Recorder<(string Reason, long At)>();
        await using var second = await StartAsync(null);
        await using var first = await StartAsync(ends);
        var clients = new List<SocketClient>();
        for (var i = 0; i < count; i++)
        {
            clients.Add(await SocketClient.ConnectAsync(first, i % 10 == 0 ? EngineLink.Polling : EngineLink.WebSocket));
        }

        var moved = clients.Select(async client =>
        {
            Assert.Empty(await client.Link.RestAsync());
            return await SocketClient.ConnectAsync(second, client.Link is PollingLink ? EngineLink.Polling : EngineLink.WebSocket);
        }).ToArray();
        var stopping = first.StopAsync();
        var told = await ends.Take(count);
        var back = await Task.WhenAll(moved).WaitAsync(Within.Default * 2, TestContext.Current.CancellationToken);
        await stopping;

        Assert.All(told, static end => Assert.Equal("server shutting down", end.Reason));
        Assert.Equal(count, second.Main.ConnectionCount);
        // Not all at once: there is time between the first and the last, as the option says (2 s of it, here).
        Assert.True(told[^1].At - told[0].At > 1000, $"{told[^1].At - told[0].At} ms");
        Assert.Equal(0, first.Meters.Sum("fanfare.sessions.active"));
        Assert.Empty(first.Logs.Faults);
        foreach (var client in clients.Concat(back))
        {
            await client.DisposeAsync();
        }
    }

    private static Task<TestServer> StartAsync(Recorder<(string Reason, long At)>? ends) => TestServer.StartAsync(
        static options => options.Engine.MaxConnectionsPerAddress = 0,
        static options => options.DrainTime = TimeSpan.FromSeconds(2),
        fanfare => fanfare.Of("/").OnConnection(connection => connection.OnDisconnect(reason => ends?.Add((reason.Text, Environment.TickCount64)))));
}
