using System.Net;

namespace Fanfare.SocketIO.Tests.Sockets;

/// <summary>The end of a token by the machine's own clock: every client reads its DISCONNECT before the end of its connection.</summary>
public sealed class ExpiryTests
{
    private const int Clients = 50;

    private readonly Recorder<string> _ends = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Over_WebSocket_each_of_many_reads_the_DISCONNECT_and_only_then_the_close(bool whileEventsPour)
    {
        await using var server = await StartAsync();
        var clients = await ConnectAsync(server, EngineLink.WebSocket);
        using var over = new CancellationTokenSource();
        var pouring = whileEventsPour ? PourAsync(server, over.Token) : Task.CompletedTask;

        var end = ExpireSoon(server);
        var read = await Task.WhenAll(clients.Select(static client => client.Link.RestAsync())).InTime();
        Figures.Write($"{Clients} clients: the last was closed {(DateTimeOffset.UtcNow - end).TotalMilliseconds:F0} ms after its token's end");

        await over.CancelAsync();
        await pouring;
        await AllExpiredAsync(server);
        Assert.All(read, static packets => Assert.Equal("41", packets[^1]));
        Assert.All(read, static packets => Assert.All(packets.SkipLast(1), static packet => Assert.StartsWith("42[", packet, StringComparison.Ordinal)));
        Assert.All(clients, static client => Assert.NotNull(((WebSocketLink)client.Link).CloseStatus));
        await DisposeAsync(clients);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Over_polling_each_of_many_reads_the_DISCONNECT_and_only_then_the_end(bool whilePolling)
    {
        await using var server = await StartAsync();
        var clients = await ConnectAsync(server, EngineLink.Polling);
        var links = clients.ConvertAll(static client => (PollingLink)client.Link);
        var polls = whilePolling ? await Task.WhenAll(links.Select(static link => link.BeginPollAsync())) : [];

        ExpireSoon(server);
        if (!whilePolling)
        {
            await AllExpiredAsync(server);
            polls = [.. links.Select(static link => link.PollAsync())];
        }

        Assert.All(await Task.WhenAll(polls).InTime(), static answer => Assert.Equal((HttpStatusCode.OK, "41"), answer));
        Assert.All(await Task.WhenAll(links.Select(static link => link.PollAsync())).InTime(), static answer => Assert.Equal((HttpStatusCode.OK, "1"), answer));
        Assert.All(await Task.WhenAll(links.Select(static link => link.PollAsync())).InTime(), static answer => Assert.Equal(HttpStatusCode.BadRequest, answer.Status));
        if (whilePolling)
        {
            await AllExpiredAsync(server);
        }

        await DisposeAsync(clients);
    }

    private static async Task<List<SocketClient>> ConnectAsync(TestServer server, string transport)
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => SocketClient.ConnectAsync(server, transport)));
        await server.Meters.When("fanfare.connections.active", null, static sum => sum == Clients);
        return [.. clients];
    }

    private static async ValueTask DisposeAsync(List<SocketClient> clients)
    {
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    /// <summary>Gives all of them a token that ends at one moment, when all of them are there however slow the machine is.</summary>
    private static DateTimeOffset ExpireSoon(TestServer server)
    {
        var at = DateTimeOffset.UtcNow.AddSeconds(1);
        foreach (var connection in server.Main.Connections)
        {
            Assert.True(connection.RenewUser(new User("u", at)));
        }

        return at;
    }

    private static async Task PourAsync(TestServer server, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await server.Main.EmitAsync("event", "something to write before it");
            await Task.Yield();
        }
    }

    private async Task AllExpiredAsync(TestServer server)
    {
        Assert.All(await _ends.Take(Clients), static reason => Assert.Equal("expired", reason));
        Assert.Equal(0, server.Main.ConnectionCount);
    }

    private Task<TestServer> StartAsync() => TestServer.StartAsync(fanfare: static options => options.Outbox.MaxCount = 100_000, setup: fanfare =>
    {
        var main = fanfare.Of("/");
        main.Options.Limits.MaxConnectionsPerUser = Clients;
        main.Authenticate(static _ => ValueTask.FromResult<User?>(new User("u", DateTimeOffset.UtcNow.AddHours(1))));
        main.OnConnection(connection => connection.OnDisconnect(reason => _ends.Add(reason.Text)));
    });
}
