namespace Fanfare.WebSockets.Tests.Load;

/// <summary>Many at once, and some of them bad: hardening rows T15, T21, T23, T24.</summary>
public sealed class CrowdTests
{
    [Fact]
    public Task One_of_fifty_that_does_not_read_is_cut_off_and_loses_nothing_by_coming_back() => StallAsync(50);

    [Fact]
    [Trait("Category", "Long")]
    public Task One_of_500_that_does_not_read_is_cut_off_and_loses_nothing_by_coming_back() => StallAsync(500);

    [Fact]
    public Task A_client_that_floods_hinders_no_other() => FloodAsync(neighbours: 10, messages: 20_000);

    [Fact]
    [Trait("Category", "Long")]
    public Task A_client_that_floods_hinders_none_of_a_hundred() => FloodAsync(neighbours: 100, messages: 500_000);

    [Fact]
    public Task Rooms_that_are_joined_and_left_leave_nothing_behind() => ChurnAsync(10_000);

    [Fact]
    [Trait("Category", "Long")]
    public Task A_hundred_thousand_rooms_that_are_joined_and_left_leave_nothing_behind() => ChurnAsync(100_000);

    [Fact]
    public Task Clients_come_and_go_with_direct_writes_and_every_first_frame_is_whole() => ConnectAsync(200);

    [Fact]
    [Trait("Category", "Long")]
    public Task A_thousand_clients_come_and_go_with_direct_writes_and_every_first_frame_is_whole() => ConnectAsync(1000);

    private static async Task StallAsync(int count)
    {
        await using var server = await TestServer.StartAsync(static main => main.Options.History.MaxBytes = long.MaxValue, static options => options.SendsNotices = false);
        await using var victim = await PlainClient.EnterAsync(server, "victim", receiveBuffer: 4096);
        var since = await victim.JoinAsync("open");
        var readers = new List<PlainClient>();
        for (var i = 1; i < count; i++)
        {
            readers.Add(await PlainClient.JoinAsync(server, $"u{i}"));
        }

        const int Messages = 120;
        using var read = new SemaphoreSlim(0);
        var reading = readers.Select(async reader =>
        {
            for (var i = 0; i < Messages; i++)
            {
                Assert.StartsWith($$"""{"type":"n","args":[{{i}},""", await reader.NextAsync(), StringComparison.Ordinal);
                read.Release();
            }
        }).ToArray();
        var filler = new string('x', 100_000);
        for (var i = 0; i < Messages; i++)
        {
            // As fast as the others read, so that it is the victim alone that is slow.
            await server.Main.To("open").EmitAsync("n", i, filler);
            for (var reader = 1; reader < count; reader++)
            {
                Assert.True(await read.WaitAsync(Within.Default, TestContext.Current.CancellationToken));
            }
        }

        await Task.WhenAll(reading);
        await server.Meters.When("fanfare.closes", "slow consumer", static closes => closes == 1);
        Assert.Equal(count - 1, server.Main.ConnectionCount);
        Assert.Equal(1, server.Meters.Refused(FanfareMetrics.Limit.Outbox));
        Assert.Single(server.Logs.Of("SlowConsumer"));

        await using var back = await PlainClient.EnterAsync(server, "victim");
        await back.SendAsync($$"""{"type":"join","room":"open","since":"{{since}}"}""");
        for (var i = 0; i < Messages; i++)
        {
            Assert.StartsWith($$"""{"type":"n","args":[{{i}},""", await back.NextAsync(), StringComparison.Ordinal);
        }

        Assert.EndsWith(",\"recovered\":true}", await back.NextAsync(), StringComparison.Ordinal);
        foreach (var reader in readers)
        {
            await reader.DisposeAsync();
        }
    }

    private static async Task FloodAsync(int neighbours, int messages)
    {
        await using var server = await TestServer.StartAsync(rooms: static options => options.SendsNotices = false);
        await using var attacker = await PlainClient.JoinAsync(server, "attacker", "open-attack");
        var clients = new List<PlainClient>();
        for (var i = 0; i < neighbours; i++)
        {
            clients.Add(await PlainClient.JoinAsync(server, $"u{i}"));
        }

        var flood = Task.Run(async () =>
        {
            try
            {
                for (var i = 0; i < messages; i++)
                {
                    await attacker.SendAsync("""{"type":"message","room":"open-attack","content":"flood"}""");
                }
            }
            catch (Exception exception) when (exception is System.Net.WebSockets.WebSocketException or TimeoutException or OperationCanceledException or ObjectDisposedException)
            {
                // It is not read any more, or closed: that is what limits are for. Or the test has broken its line.
            }
        });
        await server.Meters.WhenRefused(FanfareMetrics.Limit.Rate);
        for (var i = 0; i < 50; i++)
        {
            await server.Main.To("open").EmitAsync("n", i);
            foreach (var client in clients)
            {
                Assert.StartsWith($$"""{"type":"n","args":[{{i}}],""", await client.NextAsync(), StringComparison.Ordinal);
            }
        }

        // Of the flood the buckets let through what they let through of anybody.
        Assert.InRange(server.Main.HistoryCount - 50, 1, 5000);
        attacker.Break();
        await flood;
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        await server.Meters.WhenAllAreGone();
        Assert.Empty(server.Faults);
        Assert.True(server.Logs.Lines.Count < 5000);
    }

    private static async Task ChurnAsync(int rooms)
    {
        await using var server = await TestServer.StartAsync(rooms: static options => options.Rates.MaxMessagesPerSecond = options.Rates.MaxBytesPerSecond = 0);
        await using var client = await PlainClient.EnterAsync(server);
        long before = 0;
        for (var room = 0; room < rooms; room += 100)
        {
            var names = string.Join(',', Enumerable.Range(room, 100).Select(static i => $"\"open-{i}\""));
            await client.SendAsync("{\"type\":\"join\",\"rooms\":[" + names + "]}");
            for (var i = 0; i < 100; i++)
            {
                Assert.StartsWith("""{"type":"joined",""", await client.NextAsync(), StringComparison.Ordinal);
            }

            for (var i = room; i < room + 100; i++)
            {
                await client.SendAsync($$"""{"type":"leave","room":"open-{{i}}"}""");
            }

            for (var i = 0; i < 100; i++)
            {
                Assert.StartsWith("""{"type":"left",""", await client.NextAsync(), StringComparison.Ordinal);
            }

            before = room == 1000 ? GC.GetTotalMemory(forceFullCollection: true) : before;
        }

        // Only the user's own.
        Assert.Equal(1, server.Main.RoomCount);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 20_000_000);
        await client.CloseAsync();
        await server.Meters.WhenAllAreGone();
    }

    private static async Task ConnectAsync(int count)
    {
        await using var server = await TestServer.StartAsync(rooms: static options => options.SendsNotices = false);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async lane =>
        {
            for (var i = 0; i < count / 10; i++)
            {
                // Half of them speak first, half are spoken to first: where direct writes begin differs.
                await using var client = i % 2 == 0
                    ? await PlainClient.ConnectAsync(server, headers: ("Authorization", $"Bearer u{lane}"))
                    : await PlainClient.EnterAsync(server, $"u{lane}");
                if (i % 2 == 0)
                {
                    Assert.StartsWith("""{"type":"authenticated",""", await client.NextAsync(), StringComparison.Ordinal);
                }

                for (var room = 0; room < 5; room++)
                {
                    await client.JoinAsync($"open-{lane}-{room}");
                    await server.Main.To($"open-{lane}-{room}").EmitAsync("n", i);
                    Assert.StartsWith($$"""{"type":"n","args":[{{i}}],""", await client.NextAsync(), StringComparison.Ordinal);
                }

                await client.CloseAsync();
            }
        }));
        await server.Meters.WhenAllAreGone();
        Assert.Empty(server.Faults);
    }
}
