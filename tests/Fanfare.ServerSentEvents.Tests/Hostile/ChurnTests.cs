using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Fanfare.ServerSentEvents.Tests;

public sealed class ChurnTests
{
    [Fact]
    public Task A_thousand_streams_opened_and_closed_leave_nothing_behind() => RunAsync(1_000);

    [Fact]
    [Trait("Category", "Long")]
    public Task Ten_thousand_streams_opened_and_closed_leave_nothing_behind() => RunAsync(10_000);

    private static async Task RunAsync(int count)
    {
        await using var host = await StreamHost.StartAsync(
            static options => options.MaxConnectionsPerAddress = 0,
            static options => options.ConfigureNamespaces = static n => n.Limits.MaxConnectionsPerUser = int.MaxValue,
            build: static builder => builder.Logging.SetMinimumLevel(LogLevel.Warning));
        var ended = new ConcurrentQueue<WeakReference>();
        host.Main.Ended += (stream, _) => ended.Enqueue(new WeakReference(stream));

        await ChurnAsync(host, count);

        Assert.Equal(0, host.Main.ConnectionCount);
        Assert.Equal(0, host.Main.RoomCount);
        Assert.Equal(0, host.Counters["fanfare.connections.active"]);
        Assert.Equal(0, host.Counters["fanfare.sessions.active{transport=events}"]);
        Assert.Equal(count, host.Counters["fanfare.closes"]);
        Assert.Equal(count, ended.Count);

        // The last ones may still be on the stack of a thread, or in a place that the server has not used again.
        var start = TimeProvider.System.GetTimestamp();
        while (ended.Count(static stream => stream.IsAlive) is > 20 and var alive)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Timeouts.Default, $"{alive} streams are still in memory.");
            GC.Collect();
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Half of them go by themselves, some while they are still being taken in; the other half are sent away.</summary>
    private static async Task ChurnAsync(StreamHost host, int count)
    {
        for (var begun = 0; begun < count; begun += 50)
        {
            await Task.WhenAll(Enumerable.Range(begun, 50).Select(number => OpenAndCloseAsync(host, number)));
        }

        await host.Main.DisconnectAsync();
        await host.WhenEmptyAsync();
    }

    private static async Task OpenAndCloseAsync(StreamHost host, int number)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(host.Address.Host, host.Address.Port, TestContext.Current.CancellationToken);
        var path = (number % 3) switch { 0 => "/events", 1 => $"/events/rooms/open-{number}?room=open", _ => "/events/user" };
        var since = number % 5 == 0 ? "Last-Event-ID: x-1\r\n" : "";
        await socket.SendAsync(
            Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {host.Address.Authority}\r\nAuthorization: Bearer user:u{number}\r\n{since}\r\n"), TestContext.Current.CancellationToken);
        var buffer = new byte[4096];
        var text = string.Empty;
        while (!text.Contains("event: connected", StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).AsTask().Within(Timeouts.Default);
            Assert.NotEqual(0, read);
            text += Encoding.ASCII.GetString(buffer, 0, read);
        }

        if (number % 2 == 0)
        {
            await host.Main.DisconnectUserAsync($"u{number}");
            while (await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).AsTask().Within(Timeouts.Default) > 0)
            {
            }
        }
    }
}
