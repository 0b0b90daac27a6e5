using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Fanfare.SocketIO.Tests.Hostile;

/// <summary>Who sends as fast as the line allows slows itself down, then is closed; its neighbours lose nothing, and the log stays short.</summary>
[Collection(typeof(AloneCollection))]
public sealed class PacketFloodTests
{
    private readonly Recorder<string> _ends = new();
    private int _attacks;

    [Fact]
    public Task Neighbours_of_a_short_attack_lose_nothing() => AttackAsync(20, TimeSpan.FromSeconds(1));

    [Fact]
    [Trait("Category", "Long")]
    public Task A_hundred_neighbours_of_an_attacker_at_full_speed_lose_nothing() => AttackAsync(100, new EngineOptions().RateTolerance);

    [Fact]
    public Task A_tenth_of_a_million_bad_packets_leaves_few_lines_in_the_log() => SendBadPacketsAsync(100_000);

    [Fact]
    [Trait("Category", "Long")]
    public Task A_million_bad_packets_leave_few_lines_in_the_log() => SendBadPacketsAsync(1_000_000);

    private async Task AttackAsync(int neighbours, TimeSpan tolerance)
    {
        await using var server = await TestServer.StartAsync(
            options => options.Engine.RateTolerance = tolerance,
            setup: fanfare =>
            {
                var main = fanfare.Of("/");
                main.On("attack", _ =>
                {
                    Interlocked.Increment(ref _attacks);
                    return ValueTask.CompletedTask;
                });
                main.OnConnection(connection => connection.OnDisconnect(reason => _ends.Add(reason.Text)));
            },
            logLevel: LogLevel.Information);
        var clients = await Task.WhenAll(Enumerable.Range(0, neighbours).Select(_ => SocketClient.ConnectAsync(server)));
        using var attacker = await RawWebSocket.OpenAsync(server);
        await attacker.SendAsync(RawWebSocket.Frame("40"));
        await attacker.ReadUntilAsync("sid");
        var readers = clients.Select(ListenAsync).ToArray();

        var number = await PublishAsync(server, 0, Task.Delay(tolerance, TestContext.Current.CancellationToken));
        var quiet = number;
        var attack = Enumerable.Repeat(RawWebSocket.Frame("42[\"attack\",1]"), 4000).SelectMany(static frame => frame).ToArray();
        var attacking = attacker.FloodAsync(attack, TestContext.Current.CancellationToken);
        number = await PublishAsync(server, number, attacking);
        await server.Main.EmitAsync("m", -1, 0L);
        var heard = await Task.WhenAll(readers).InTime();

        Assert.Equal("rate limited", await _ends.Next());
        Assert.True(_ends.IsEmpty);
        Assert.All(heard, events => Assert.Equal(Enumerable.Range(0, number), events.Select(static one => one.Number)));
        var before = Figures.Quantile(heard.SelectMany(static events => events).Where(one => one.Number < quiet).Select(static one => one.Milliseconds), 0.99);
        var during = Figures.Quantile(heard.SelectMany(static events => events).Where(one => one.Number >= quiet).Select(static one => one.Milliseconds), 0.99);
        Figures.Write($"attacker: {await attacking / 20:N0} messages of 20 bytes taken by the line, {_attacks:N0} handled, then closed as rate limited; {neighbours} neighbours: {number:N0} of {number:N0} events each, p99 {before:F1} ms quiet, {during:F1} ms in the attack");
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    /// <summary>Publishes a hundred events a second until a task has ended.</summary>
    private static async Task<int> PublishAsync(TestServer server, int number, Task until)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!until.IsCompleted)
        {
            await server.Main.EmitAsync("m", number++, Stopwatch.GetTimestamp());
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        return number;
    }

    private static async Task<List<(int Number, double Milliseconds)>> ListenAsync(SocketClient client)
    {
        var events = new List<(int, double)>();
        while (true)
        {
            var parts = (await client.NextEventAsync()).Split(',', ']');
            var number = int.Parse(parts[1], CultureInfo.InvariantCulture);
            if (number < 0)
            {
                return events;
            }

            events.Add((number, Stopwatch.GetElapsedTime(long.Parse(parts[2], CultureInfo.InvariantCulture)).TotalMilliseconds));
        }
    }

    private static async Task SendBadPacketsAsync(int count)
    {
        await using var server = await TestServer.StartAsync(
            static options =>
            {
                options.Engine.MaxConnectionsPerAddress = 0;
                options.Engine.MaxMessagesPerSecond = 0;
                options.Engine.MaxBytesPerSecond = 0;
            },
            setup: static fanfare =>
            {
                fanfare.Of("/").On("typed", static (Connection _, int _) => Task.CompletedTask);
                fanfare.Of("/").On("echo", static context => context.Ack(context.Arguments));
            },
            logLevel: LogLevel.Information);
        var started = Environment.TickCount64;

        // Nine of ten can be read and are refused one by one; each of the others ends its connection.
        var refused = new List<string> { "42[\"typed\",{}]", "42[\"typed\",\"\\r\\nfake\"]", "4399[1]" };
        var batch = refused.SelectMany(static packet => RawWebSocket.Frame(packet)).ToArray();
        var fatal = new List<string> { "42[", "4x", "44{}", "40/nowhere,[]", "42[\"connect\"]", "42[\"e\",{\"a\":1,\"a\":1}]", "42/nowhere,[\"e\"]", "4511-[\"e\"]", "42[" + new string('[', 50), "40" };
        var closing = fatal.ConvertAll(static packet => RawWebSocket.Frame(packet));
        const int Workers = 8;
        var closings = count / 100;
        var open = new ConcurrentBag<RawWebSocket>();
        await Parallel.ForAsync(0, Workers, TestContext.Current.CancellationToken, async (worker, _) =>
        {
            var raw = await RawWebSocket.OpenAsync(server);
            open.Add(raw);
            await raw.SendAsync(RawWebSocket.Frame("40"));
            for (var i = 0; i < (count - closings) / Workers / refused.Count; i++)
            {
                await raw.SendAsync(batch);
            }

            for (var i = worker; i < closings; i += Workers)
            {
                using var bad = await RawWebSocket.OpenAsync(server);
                await bad.SendAsync(RawWebSocket.Frame("40"));
                await bad.SendAsync(closing[i % closing.Count]);
                await bad.WhenClosedAsync();
            }

        });
        await server.Meters.When("fanfare.messages.received", null, sum => sum >= count);
        foreach (var raw in open)
        {
            raw.Dispose();
        }

        var seconds = (Environment.TickCount64 - started) / 1000.0;
        // As applications are set up: of the framework only warnings, since it tells each request at information level.
        var lines = server.Logs.Lines.Where(static line => line.Level >= LogLevel.Warning || line.Category.StartsWith("Fanfare", StringComparison.Ordinal)).ToList();
        var most = lines.GroupBy(static line => line.At / 1000).Select(static second => second.Count()).DefaultIfEmpty(0).Max();
        Figures.Write($"{count:N0} bad packets, {closings:N0} of them fatal, in {seconds:F1} s: {lines.Count} lines in the log, at most {most} in one second (limit 100)");
        Assert.InRange(most, 0, 100);
        Assert.Empty(server.Logs.Faults);
        await using var after = await SocketClient.ConnectAsync(server);
        Assert.Equal("[1]", await after.AskAsync("[\"echo\",1]"));
    }
}
