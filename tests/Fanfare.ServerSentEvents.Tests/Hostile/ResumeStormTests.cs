using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Fanfare.Testing.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Fanfare.ServerSentEvents.Tests;

/// <summary>Many that resume at once lose nothing and hinder nobody: hardening row T27.</summary>
[Collection(typeof(AloneCollection))]
public sealed class ResumeStormTests
{
    private const int Kept = 1000;
    private const int Resuming = 200;
    private const int Live = 100;

    [Fact]
    public async Task Two_hundred_that_resume_a_thousand_events_at_once_and_those_that_live_get_each_event_once_and_in_order()
    {
        await using var host = await StreamHost.StartAsync(
            static options => options.MaxConnectionsPerAddress = 0,
            static options => options.ConfigureNamespaces = static n =>
            {
                n.Limits.MaxConnectionsPerUser = int.MaxValue;
                n.History.MaxCountPerRoom = 2 * (Kept + Live);
            });
        var since = await host.Main.To("open").EmitAsync("n", -1);
        for (var i = 0; i < Kept; i++)
        {
            await host.Main.To("open").EmitAsync("n", i);
        }

        var living = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.ReadAsync()));
        var resuming = Enumerable.Range(0, Resuming).Select(_ => ResumeAsync()).ToList();
        for (var i = Kept; i < Kept + Live; i++)
        {
            await host.Main.To("open").EmitAsync("n", i);
            await Task.Yield();
        }

        foreach (var lives in await Task.WhenAll(living.Select(static reader => reader.TakeAsync(Live))))
        {
            Assert.Equal(Enumerable.Range(Kept, Live), lives.Select(NumberOf));
        }

        foreach (var all in await Task.WhenAll(resuming))
        {
            Assert.Equal(Enumerable.Range(0, Kept + Live), all.Select(NumberOf));
        }

        foreach (var reader in living)
        {
            await reader.DisposeAsync();
        }

        async Task<List<StreamEvent>> ResumeAsync()
        {
            await using var reader = await host.OpenAsync(since: since.ToString());
            Assert.Equal("connected", (await reader.NextAsync()).Name);
            return await reader.TakeAsync(Kept + Live);
        }
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Those_that_live_get_each_event_while_two_hundred_resume_a_thousand_at_once_again_and_again()
    {
        await using var host = await StreamHost.StartAsync(
            static options => options.MaxConnectionsPerAddress = 0,
            static options => options.ConfigureNamespaces = static n =>
            {
                n.Limits.MaxConnectionsPerUser = int.MaxValue;
                n.History.MaxCountPerRoom = int.MaxValue;
            },
            build: static builder => builder.Logging.SetMinimumLevel(LogLevel.Warning));
        var since = await host.Main.To("open-kept").EmitAsync("n", -1);
        for (var i = 0; i < Kept; i++)
        {
            await host.Main.To("open-kept").EmitAsync("n", i);
        }

        using var living = new LiveReaders(host.Address, 20);
        var count = await PublishAsync(host, 0, Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken));
        var quiet = count;
        var storm = Task.Factory.StartNew(() => Storm(host.Address, since.ToString()!, TimeSpan.FromSeconds(5)), TaskCreationOptions.LongRunning);
        count = await PublishAsync(host, count, storm);
        await host.Main.To("open-live").EmitAsync("n", "-1 0");
        var heard = await living.Heard.Within(Timeouts.Default);

        Assert.All(heard, events => Assert.Equal(Enumerable.Range(0, count), events.Select(static one => one.Number)));
        var before = P99(heard, one => one.Number < quiet);
        var during = P99(heard, one => one.Number >= quiet);
        Figures.Write($"{await storm:N0} resumes of {Kept} events, {Resuming} at once; 20 that live: {count:N0} of {count:N0} events each, p99 {before:F1} ms quiet, {during:F1} ms in the storm");
    }

    private static double P99(List<(int Number, double Milliseconds)>[] heard, Func<(int Number, double Milliseconds), bool> which) =>
        Figures.Quantile(heard.SelectMany(static events => events).Where(which).Select(static one => one.Milliseconds), 0.99);

    /// <summary>Publishes a hundred events a second until a task has ended.</summary>
    private static async Task<int> PublishAsync(StreamHost host, int number, Task until)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!until.IsCompleted)
        {
            await host.Main.To("open-live").EmitAsync("n", $"{number++} {Stopwatch.GetTimestamp()}");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        return number;
    }

    /// <summary>Two hundred resume at once, and when all have everything again, as long as it is to last.</summary>
    /// <returns>How many did.</returns>
    private static int Storm(Uri host, string since, TimeSpan duration)
    {
        var resumed = 0;
        var buffer = new byte[64 * 1024];
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < duration; resumed += Resuming)
        {
            var all = Enumerable.Range(0, Resuming).Select(_ => new ResumingReader(host, since)).ToDictionary(static reader => reader.Socket);
            var wave = Stopwatch.GetTimestamp();
            while (all.Count > 0)
            {
                Assert.True(Stopwatch.GetElapsedTime(wave) < Timeouts.Default, $"{all.Count} of {Resuming} have not got everything.");
                var ready = all.Keys.ToList();
                Socket.Select(ready, null, null, TimeSpan.FromSeconds(1));
                foreach (var socket in ready.Where(socket => all[socket].Read(buffer) >= Kept))
                {
                    all.Remove(socket);
                    socket.Dispose();
                }
            }
        }

        return resumed;
    }

    private static int NumberOf(StreamEvent found) => int.Parse(found.Data, CultureInfo.InvariantCulture);

    /// <summary>Resumes with as little work of its own as can be: what it costs is to be the server's.</summary>
    private sealed class ResumingReader(Uri host, string since)
    {
        private byte[] _tail = [];
        private int _events;

        public Socket Socket { get; } = BareStream.Open(host, "/events/rooms/open-kept", $"Last-Event-ID: {since}\r\n");

        /// <summary>A line that only kept events have.</summary>
        private static ReadOnlySpan<byte> Mark => "\nid:"u8;

        /// <summary>Reads what is there.</summary>
        /// <returns>How many events have come by now.</returns>
        public int Read(byte[] buffer)
        {
            // A mark may lie across two reads.
            _tail.CopyTo(buffer, 0);
            var read = Socket.Receive(buffer, _tail.Length, buffer.Length - _tail.Length, SocketFlags.None);
            Assert.NotEqual(0, read);
            var seen = buffer.AsSpan(0, _tail.Length + read);
            _tail = [.. seen[^Math.Min(Mark.Length - 1, seen.Length)..]];
            return _events += seen.Count(Mark);
        }
    }
}
