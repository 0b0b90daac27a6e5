using System.Globalization;

namespace Fanfare.WebSockets.Tests.Load;

/// <summary>Order and completeness while many publish, join and leave at once: product section 12; hardening row T44.</summary>
public sealed class OrderTests
{
    [Fact]
    public Task Cursors_rise_on_every_connection_acks_among_them_and_all_see_one_order() => SpeakAsync(connections: 20, messages: 50);

    [Fact]
    [Trait("Category", "Long")]
    public Task Cursors_rise_on_every_connection_also_in_a_long_run() => SpeakAsync(connections: 20, messages: 5000);

    [Fact]
    public Task A_join_while_others_publish_has_no_gap_and_nothing_twice() => JoinAsync(joins: 1000);

    [Fact]
    [Trait("Category", "Long")]
    public Task A_join_while_others_publish_has_no_gap_and_nothing_twice_a_hundred_thousand_times() => JoinAsync(joins: 100_000);

    /// <summary>Publishers and readers at once: each connection sends, and reads what the others send and its own acks.</summary>
    private static async Task SpeakAsync(int connections, int messages)
    {
        await using var server = await TestServer.StartAsync(
            static main => main.Options.History.MaxCountPerRoom = int.MaxValue, Unlimit, Unbound);
        var clients = new List<PlainClient>();
        for (var i = 0; i < connections; i++)
        {
            clients.Add(await PlainClient.EnterAsync(server, $"u{i}"));
        }

        foreach (var client in clients)
        {
            await client.JoinAsync("open");
        }

        var orders = await Task.WhenAll(clients.Select(async client =>
        {
            var reading = ReadAsync(client, connections * messages);
            for (var i = 0; i < messages; i++)
            {
                await client.SendAsync($$"""{"type":"message","room":"open","content":{{i}},"ref":{{i}}}""");
                if (i % 10 == 9)
                {
                    await client.SendAsync($$"""{"type":"refresh","token":"u{{clients.IndexOf(client)}}"}""");
                }
            }

            return await reading;
        }));

        Assert.All(orders, order => Assert.Equal(orders[0], order));
        Assert.Equal(connections * messages, server.Main.HistoryCount);
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        await server.Meters.WhenAllAreGone();
        Assert.Empty(server.Faults);

        static async Task<List<long>> ReadAsync(PlainClient client, int expected)
        {
            var cursors = new List<long>(expected);
            var last = -1L;
            while (cursors.Count < expected)
            {
                var frame = await client.NextJsonAsync();
                if (!frame.TryGetProperty("cursor", out var text))
                {
                    continue;
                }

                var cursor = SequenceOf(text.GetString()!);
                var isNew = frame.GetProperty("type").GetString() is "message" or "ack";
                Assert.True(isNew ? cursor > last : cursor >= last, $"{cursor} after {last}: {frame}");
                last = cursor;
                if (isNew)
                {
                    cursors.Add(cursor);
                }
            }

            return cursors;
        }
    }

    private static async Task JoinAsync(int joins)
    {
        await using var server = await TestServer.StartAsync(static main => main.Options.History.MaxCountPerRoom = 5000, Unlimit, Unbound);
        using var done = new CancellationTokenSource();
        using var wanted = new SemaphoreSlim(0);
        var publishing = Enumerable.Range(0, 2).Select(publisher => Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    await wanted.WaitAsync(done.Token);
                    await server.Main.To("open").EmitAsync("n", publisher);
                }
            }
            catch (OperationCanceledException)
            {
            }
        })).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(async reader =>
        {
            await using var client = await PlainClient.EnterAsync(server, $"r{reader}");
            var random = new Random(reader);
            string? position = null;
            for (var i = 0; i < joins / 10; i++)
            {
                position = await VisitAsync(client, i % 3 == 0 ? null : position, random.Next(1, 6));
            }
        }));
        await done.CancelAsync();
        await Task.WhenAll(publishing);
        Assert.Empty(server.Faults);

        // In the room from one position to another each message comes, once and in order.
        async Task<string> VisitAsync(PlainClient client, string? since, int count)
        {
            await client.SendAsync(since is null ? """{"type":"join","room":"open"}""" : $$"""{"type":"join","room":"open","since":"{{since}}"}""");
            var seen = new List<long>();
            long? first = since is null ? null : SequenceOf(since);
            var isIn = false;
            while (!isIn || count-- > 0)
            {
                // For each live frame that somebody waits for one more is published, whoever is in the room by then.
                if (isIn)
                {
                    wanted.Release();
                }

                var frame = await client.NextJsonAsync();
                if (frame.GetProperty("type").GetString() == "joined")
                {
                    isIn = true;
                    Assert.Equal(since is not null, frame.TryGetProperty("recovered", out var recovered) && recovered.GetBoolean());
                    var cursor = SequenceOf(frame.GetProperty("cursor").GetString()!);
                    first ??= cursor;
                    Assert.Equal(since is null ? 0 : cursor - first, seen.Count);
                }
                else
                {
                    seen.Add(SequenceOf(frame.GetProperty("cursor").GetString()!));
                }
            }

            await client.SendAsync("""{"type":"leave","room":"open"}""");
            while (true)
            {
                var frame = await client.NextJsonAsync();
                if (frame.GetProperty("type").GetString() == "left")
                {
                    break;
                }

                seen.Add(SequenceOf(frame.GetProperty("cursor").GetString()!));
            }

            Assert.Equal(Enumerable.Range(1, seen.Count).Select(i => first!.Value + i), seen);
            await client.ExpectNothingAsync();
            return $"{server.Main.History.Head.Epoch}-{seen[^1].ToString(CultureInfo.InvariantCulture)}";
        }
    }

    private static long SequenceOf(string cursor) => long.Parse(cursor.AsSpan(cursor.IndexOf('-', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);

    private static void Unlimit(RoomsOptions options)
    {
        options.SendsNotices = false;
        options.Rates.MaxMessagesPerSecond = 0;
        options.Rates.MaxBytesPerSecond = 0;
    }

    private static void Unbound(FanfareOptions options)
    {
        options.Outbox.MaxBytes = 64 * 1024 * 1024;
        options.Outbox.MaxCount = int.MaxValue;
        options.Outbox.MaxAge = TimeSpan.MaxValue;
    }
}
