using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Fanfare.SocketIO.Tests.Hostile;

/// <summary>Nothing that a client sends ends the process, leaves an exception in the log, or reaches another client.</summary>
public sealed class HostileInputTests
{
    private static readonly string[] Words =
    [
        "4", "40", "41", "42", "43", "44", "45", "46", "0", "1", "2", "3", "5", "6", "b", "-", ",", "/", "/a,", "[", "]", "{", "}", "\"", "\\", ":", "\u001e", "null", "true",
        "\"e\"", "[\"e\"]", "[\"echo\",1]", "42[\"echo\",1]", "40/second,", "451-", "{\"_placeholder\":true,\"num\":0}", "{\"__proto__\":{\"polluted\":1}}", "\"constructor\"", "1", "-1", "9e99",
        "99999999999999999999", "\\ud800", "\u0000", "\r\n", "é€😀", "AQID", "=", "probe", " ", "{\"a\":1,\"a\":1}",
    ];

    private int _neighboursHeard;

    [Fact]
    public Task A_tenth_of_the_flood_of_bad_packets_harms_nobody() => FloodAsync(200, 15, 300);

    [Fact]
    [Trait("Category", "Long")]
    public Task A_whole_flood_of_bad_packets_harms_nobody() => FloodAsync(4000, 25, 6000);

    [Fact]
    public async Task Line_breaks_in_what_clients_send_never_make_a_second_line_in_the_log()
    {
        await using var server = await StartAsync();
        foreach (var name in new List<string> { "/a\r\nfake: line", "/\u001b[31mred", "/" + new string('x', 5000), "/\u2028line", "/%0d%0aline" })
        {
            await using var link = await WebSocketLink.OpenAsync(server);
            await link.SendAsync("40" + name + ",");
            await link.NextAsync();
            await link.SendAsync("42" + name + ",[\"x\\r\\ny\"]");
            await link.RestAsync();
            await server.GetAsync("EIO=4&transport=polling&sid=" + Uri.EscapeDataString(name[..Math.Min(name.Length, 500)]));
        }

        Assert.All(server.Logs.Lines.Where(static line => line.Category.StartsWith("Fanfare", StringComparison.Ordinal)), static line =>
        {
            Assert.DoesNotContain(line.Text, static c => c is < ' ' or '\u2028' or '\u2029');
            Assert.InRange(line.Text.Length, 1, 600);
        });
    }

    [Fact]
    public async Task Odd_handshakes_are_answered_or_cut_off()
    {
        await using var server = await StartAsync();
        foreach (var request in new List<string>
        {
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 12\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n",
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: close, Upgrade\r\nUpgrade: \u00ff\u00fe\r\nSec-WebSocket-Version: 13\r\n\r\n",
            "POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "GET /socket.io/?EIO=4&transport=polling&%%%=%zz&sid[]=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "GET /socket.io/?EIO=4&transport=__proto__ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "GET /socket.io/?EIO=4&transport=polling&sid=%00%0d%0a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "\u0000\u0001\u0002\u0003\r\n\r\n",
            $"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{string.Concat(Enumerable.Range(0, 200).Select(static i => $"x-{i}: y\r\n"))}\r\n",
        })
        {
            await RawHttp.ExchangeAsync(server.Port, request);
        }

        await using var client = await SocketClient.ConnectAsync(server);
        Assert.Equal("[1]", await client.AskAsync("[\"echo\",1]"));
        Assert.Empty(server.Logs.Faults);
    }

    private async Task FloodAsync(int connections, int packetsEach, int bodies)
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"Seed {seed}");
        await using var server = await StartAsync();
        using var stop = new CancellationTokenSource();
        await using var neighbour = await SocketClient.ConnectAsync(server, name: "/quiet");
        var neighbours = KeepAskingAsync(neighbour, stop.Token);

        await Parallel.ForAsync(0, connections, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, async (index, _) =>
            await SendGarbageAsync(server, new Random(seed + index), packetsEach));
        await Parallel.ForAsync(0, bodies, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, async (index, _) =>
            await PostGarbageAsync(server, new Random(seed - index)));

        await stop.CancelAsync();
        await neighbours;
        Assert.True(_neighboursHeard > 0);
        await using var after = await SocketClient.ConnectAsync(server);
        Assert.Equal("[1]", await after.AskAsync("[\"echo\",1]"));
        Assert.True(server.Logs.Faults.Count == 0, $"seed {seed}: {string.Join(Environment.NewLine, server.Logs.Faults.Take(3))}");
        // What clients can cause is told at most once a second and kind; only what is for debugging is told each time.
        Assert.InRange(server.Logs.Lines.Count(static line => line.Level >= LogLevel.Information && line.Category.StartsWith("Fanfare", StringComparison.Ordinal)), 0, 2000);
    }

    private async Task KeepAskingAsync(SocketClient client, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Assert.Equal("[\"still here\"]", await client.AskAsync("[\"echo\",\"still here\"]"));
            _neighboursHeard++;
            await Task.Yield();
        }
    }

    private static async Task SendGarbageAsync(TestServer server, Random random, int packets)
    {
        var link = await WebSocketLink.OpenAsync(server);
        try
        {
            if (random.Next(4) > 0)
            {
                await link.SendAsync("40");
            }

            for (var i = 0; i < packets; i++)
            {
                switch (random.Next(6))
                {
                    case 0:
                        var bytes = new byte[random.Next(40)];
                        random.NextBytes(bytes);
                        await link.SendTextBytesAsync(bytes);
                        break;
                    case 1:
                        await link.SendAsync("bAQID");
                        break;
                    default:
                        await link.SendAsync(Garbage(random));
                        break;
                }
            }
        }
        catch (Exception exception) when (exception is System.Net.WebSockets.WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The server has had enough, which is right.
        }
        finally
        {
            await link.DisposeAsync();
        }
    }

    private static async Task PostGarbageAsync(TestServer server, Random random)
    {
        await using var link = await PollingLink.OpenAsync(server);
        var body = random.Next(3) == 0 ? Encoding.UTF8.GetBytes("40\u001e" + Garbage(random)) : Encoding.UTF8.GetBytes(Garbage(random));
        for (var i = random.Next(4); i > 0 && body.Length > 0; i--)
        {
            body[random.Next(body.Length)] = (byte)random.Next(256);
        }

        var (status, _) = await link.PostAsync(body);
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge, status.ToString());
    }

    private static string Garbage(Random random)
    {
        var text = new StringBuilder(random.Next(3) == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"4{random.Next(8)}"));
        for (var i = random.Next(8); i >= 0; i--)
        {
            text.Append(Words[random.Next(Words.Length)]);
        }

        return text.Length == 0 || text[0] == 'b' ? "4" + text : text.ToString();
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(
        static options =>
        {
            options.Engine.MaxConnectionsPerAddress = 0;
            options.Engine.MaxMessagesPerSecond = 0;
        },
        setup: static fanfare =>
        {
            foreach (var name in new List<string> { "/", "/second", "/quiet" })
            {
                fanfare.Of(name).On("echo", static context => context.Ack(context.Arguments));
                fanfare.Of(name).On("e", static (Connection _, int _, string _) => Task.CompletedTask);
            }
        });
}
