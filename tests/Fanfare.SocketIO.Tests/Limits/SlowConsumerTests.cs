namespace Fanfare.SocketIO.Tests.Limits;

/// <summary>One client that does not read hurts nobody, and comes back with nothing lost.</summary>
public sealed class SlowConsumerTests
{
    [Fact]
    public Task Others_get_everything_and_the_slow_one_is_closed_and_recovers() => StallAsync(others: 20, count: 400, maxBytes: 256 * 1024);

    [Fact]
    [Trait("Category", "Long")]
    public Task Of_500_the_499_others_get_everything_and_the_slow_one_is_closed_and_recovers() => StallAsync(others: 499, count: 400, new OutboxLimits().MaxBytes);

    private static async Task StallAsync(int others, int count, int maxBytes)
    {
        var ends = new Recorder<string>();
        var filler = new string('x', 20_000);
        await using var server = await TestServer.StartAsync(
            static options => options.Engine.MaxConnectionsPerAddress = 0,
            options =>
            {
                options.Outbox.MaxBytes = maxBytes;
                options.ConfigureNamespaces = static options => options.Recovery.IsEnabled = true;
            },
            setup: fanfare => fanfare.Of("/").OnConnection(connection => connection.OnDisconnect(reason => ends.Add($"{connection.Id} {reason}"))));
        await using var slowLink = await WebSocketLink.OpenAsync(server, receiveBuffer: 4096);
        var slow = await SocketClient.EnterAsync(slowLink);
        var clients = new List<SocketClient>();
        for (var i = 0; i < others; i++)
        {
            clients.Add(await SocketClient.ConnectAsync(server));
        }

        using var read = new SemaphoreSlim(0);
        var heard = clients.Select(client => ReadAsync(client, count, read)).ToArray();
        var publishing = PublishAsync(server, count, filler, others, read);

        await publishing.WaitAsync(Within.Default * 4, TestContext.Current.CancellationToken);
        await Task.WhenAll(heard).WaitAsync(Within.Default * 4, TestContext.Current.CancellationToken);
        Assert.Equal($"{slow.Id} slow consumer", await ends.Next());
        Assert.True(ends.IsEmpty);
        Assert.Equal(1, server.Meters.Refused(FanfareMetrics.Limit.Outbox));
        Figures.Write($"1 of {others + 1} does not read: {server.Logs.Lines.Single(static line => line.Name == "SlowConsumer").Text} {others} others: {count} of {count} messages of 20 KB each");

        // What it had read, it knows; the rest it gets when it comes back.
        var known = await slowLink.RestAsync();
        var offset = known.Count == 0 ? "" : $",\"offset\":\"{SocketClient.SplitOffset(known[^1]).Offset}\"";
        await using var back = await SocketClient.ConnectAsync(server, auth: $"{{\"pid\":\"{slow.Pid}\"{offset}}}");

        Assert.Equal(slow.Id, back.Id);
        Assert.Equal(
            Enumerable.Range(0, count).Select(static i => $"42[\"m\",{i}"),
            known.Concat(back.Missed).Select(static json => json[..json.IndexOf(",\"x", StringComparison.Ordinal)]));
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_poller_that_stays_away_is_closed_when_its_queue_is_full()
    {
        var ends = new Recorder<string>();
        await using var server = await TestServer.StartAsync(
            fanfare: static options => options.Outbox.MaxCount = 50,
            setup: fanfare => fanfare.Of("/").OnConnection(connection => connection.OnDisconnect(reason => ends.Add(reason.Text))));
        await using var client = await SocketClient.ConnectAsync(server, EngineLink.Polling);

        for (var i = 0; i < 60; i++)
        {
            await server.Main.EmitAsync("m", i);
        }

        Assert.Equal("slow consumer", await ends.Next());
        Assert.Equal(1, server.Meters.Refused(FanfareMetrics.Limit.Outbox));
    }

    [Fact]
    public async Task Age_counts_too()
    {
        var ends = new Recorder<string>();
        await using var server = await TestServer.StartAsync(
            fanfare: static options => options.Outbox.MaxAge = TimeSpan.FromSeconds(10),
            movesClock: true,
            setup: fanfare => fanfare.Of("/").OnConnection(connection => connection.OnDisconnect(reason => ends.Add(reason.Text))));
        await using var client = await SocketClient.ConnectAsync(server, EngineLink.Polling);
        await server.Main.EmitAsync("m");

        server.Clock!.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal("slow consumer", await ends.Next());
        Assert.Equal(1, server.Meters.Refused(FanfareMetrics.Limit.Outbox));
    }

    /// <summary>Publishes no faster than the readers of a busy machine can be.</summary>
    private static async Task PublishAsync(TestServer server, int count, string filler, int readers, SemaphoreSlim read)
    {
        for (var i = 0; i < count; i++)
        {
            await server.Main.EmitAsync("m", i, filler);
            for (var reader = 0; i % 8 == 7 && reader < readers; reader++)
            {
                Assert.True(await read.WaitAsync(Within.Default, TestContext.Current.CancellationToken));
            }
        }
    }

    private static async Task ReadAsync(SocketClient client, int count, SemaphoreSlim read)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.StartsWith($"[\"m\",{i},", await client.NextEventAsync(), StringComparison.Ordinal);
            if (i % 8 == 7)
            {
                read.Release();
            }
        }
    }
}
