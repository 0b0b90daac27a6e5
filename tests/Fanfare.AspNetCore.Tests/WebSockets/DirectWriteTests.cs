using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Fanfare.AspNetCore.Tests.WebSockets;

/// <summary>The switch from Kestrel's stream to the socket: nothing may overtake what Kestrel still holds.</summary>
public sealed class DirectWriteTests
{
    private readonly BlockingCollection<TalkingServer> _servers = [];

    [Fact]
    public async Task In_1000_connects_no_answer_overtakes_the_101()
    {
        await using var host = await WebSocketHost.StartAsync();
        await RepeatAsync(async i =>
        {
            await using var client = await RawClient.ConnectAsync(host.Port);
            Assert.StartsWith("HTTP/1.1 101 ", client.ResponseHead, StringComparison.Ordinal);
            await client.SendAsync(Frame.TextMessage($"{i}"));
            Assert.Equal($"{i}", await client.ReadTextAsync());
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task In_1000_connects_nothing_overtakes_what_was_said_first_and_all_go_over(int greetings)
    {
        // A look may tell too few while acknowledgements come in: hence more than one answer.
        const int Answers = 8;
        await using var host = await StartAsync(greetings);
        await RepeatAsync(async i =>
        {
            await using var client = await ConnectAsync(host, greetings);
            for (var answer = 0; answer < Answers; answer++)
            {
                await client.SendAsync(Frame.TextMessage($"{i}.{answer}"));
                Assert.Equal($"answer {i}.{answer}", await client.ReadTextAsync());
            }
        });
        Assert.All(_servers, static server => Assert.Equal(OperatingSystem.IsLinux(), server.Connection.IsDirect));
    }

    [Fact]
    public async Task In_1000_connects_nothing_overtakes_a_flood_that_begins_with_the_connection()
    {
        const int Greetings = 200;
        await using var host = await StartAsync(Greetings);
        await RepeatAsync(async _ =>
        {
            await using var client = await ConnectAsync(host, Greetings);
        });
    }

    [Fact]
    public async Task A_connection_that_has_answered_a_request_before_is_served_through_the_stream()
    {
        // A client may send several requests at once: what the kernel has been given could then be of another answer.
        await using var host = await StartAsync(greetings: 1);
        await using var client = await RawClient.ConnectAsync(host.Port, "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 404 ", client.ResponseHead, StringComparison.Ordinal);
        await client.SendAsync(Encoding.ASCII.GetBytes(RawClient.UpgradeRequest("/talk")));
        await client.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 101 ", client.ResponseHead, StringComparison.Ordinal);
        Assert.Equal("greeting 0", await client.ReadTextAsync());
        for (var i = 0; i < 8; i++)
        {
            await client.SendAsync(Frame.TextMessage($"{i}"));
            Assert.Equal($"answer {i}", await client.ReadTextAsync());
        }

        Assert.False(_servers.Take(TestContext.Current.CancellationToken).Connection.IsDirect);
    }

    [Fact]
    public async Task A_session_that_moves_here_keeps_the_order_of_its_frames()
    {
        await using var host = await StartAsync(greetings: 1);
        await using var client = await ConnectAsync(host, greetings: 1);
        var server = _servers.Take(TestContext.Current.CancellationToken);
        var session = server.NewOutbox();
        for (var i = 0; i < 50; i++)
        {
            session.TryEnqueue(new OutboundFrame(ServerFrame.Text(Encoding.ASCII.GetBytes($"{i}"))));
        }

        server.Connection.SwitchTo(session);
        for (var i = 50; i < 100; i++)
        {
            session.TryEnqueue(new OutboundFrame(ServerFrame.Text(Encoding.ASCII.GetBytes($"{i}"))));
        }

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal($"{i}", await client.ReadTextAsync());
        }

        session.Complete();
        Assert.Equal(0x88, (await client.ReadAsync())!.First);
        await client.SendAsync(Frame.Close());
        Assert.Null(await client.ReadAsync());
    }

    /// <summary>A thousand times, some of them at once.</summary>
    private static Task RepeatAsync(Func<int, Task> connect) => Parallel.ForAsync(
        0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken }, async (i, _) => await connect(i));

    /// <summary>Connects, and reads the answer and then the greetings in their order.</summary>
    private static async Task<RawClient> ConnectAsync(WebSocketHost host, int greetings)
    {
        var client = await RawClient.ConnectAsync(host.Port, Encoding.ASCII.GetBytes(RawClient.UpgradeRequest("/talk")));
        Assert.StartsWith("HTTP/1.1 101 ", client.ResponseHead, StringComparison.Ordinal);
        for (var i = 0; i < greetings; i++)
        {
            Assert.Equal($"greeting {i}", await client.ReadTextAsync());
        }

        return client;
    }

    private Task<WebSocketHost> StartAsync(int greetings) => WebSocketHost.StartAsync(
        map: app => app.Map("/talk", async context =>
        {
            var transport = await WebSocketUpgrade.AcceptAsync(context);
            var server = new TalkingServer(transport!, app.Services.GetRequiredService<DrainScheduler>());
            _servers.Add(server, CancellationToken.None);
            await server.RunAsync(greetings);
        }));

    /// <summary>Speaks first, one write per greeting, and answers.</summary>
    private sealed class TalkingServer : IWebSocketHandler
    {
        private readonly DrainScheduler _scheduler;
        private readonly Outbox _outbox;

        public TalkingServer(WebSocketTransport transport, DrainScheduler scheduler)
        {
            _scheduler = scheduler;
            _outbox = NewOutbox();
            Connection = new WebSocketConnection(transport, _outbox, this, new WebSocketLimits(), scheduler.Wheel);
        }

        public WebSocketConnection Connection { get; }

        public Outbox NewOutbox() => new(new OutboxLimits(), _scheduler);

        public Task RunAsync(int greetings)
        {
            for (var i = 0; i < greetings; i++)
            {
                _outbox.Cork();
                Send($"greeting {i}");
                _outbox.Uncork();
            }

            return Connection.RunAsync();
        }

        public void OnText(ReadOnlySpan<byte> utf8) => Send($"answer {Encoding.UTF8.GetString(utf8)}");

        public void OnBinary(ReadOnlySpan<byte> data)
        {
        }

        public void OnClosed(WebSocketEnd end)
        {
        }

        private void Send(string text) => _outbox.TryEnqueue(new OutboundFrame(ServerFrame.Text(Encoding.UTF8.GetBytes(text))));
    }
}
