using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Fanfare.AspNetCore.Tests.WebSockets;

/// <summary>The switch from Kestrel's stream to the socket: nothing may overtake what Kestrel still holds.</summary>
public sealed class DirectWriteTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddSeconds(Random.Shared.NextDouble() * 4e9));
    private readonly BlockingCollection<TalkingServer> _servers = [];

    [Fact]
    public async Task In_1000_connects_no_answer_overtakes_the_101()
    {
        await using var host = await WebSocketHost.StartAsync();
        await Parallel.ForAsync(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken }, async (i, _) =>
        {
            await using var client = await RawClient.ConnectAsync(host.Port);
            Assert.StartsWith("HTTP/1.1 101 ", client.ResponseHead, StringComparison.Ordinal);
            await client.SendAsync(Frame.TextMessage($"{i}"));
            Assert.Equal($"{i}", await client.ReadTextAsync());
        });
    }

    [Fact]
    public async Task In_1000_connects_nothing_overtakes_the_greeting_that_the_client_answers()
    {
        await using var host = await StartAsync(greetings: 1);
        await Parallel.ForAsync(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken }, async (i, _) =>
        {
            await using var client = await RawClient.ConnectAsync(host.Port, Encoding.ASCII.GetBytes(RawClient.UpgradeRequest("/talk")));
            Assert.StartsWith("HTTP/1.1 101 ", client.ResponseHead, StringComparison.Ordinal);
            Assert.Equal("greeting 0", await client.ReadTextAsync());
            await client.SendAsync(Frame.TextMessage($"{i}"));
            Assert.Equal($"answer {i}", await client.ReadTextAsync());
        });
        Assert.All(_servers, static server => Assert.Equal(OperatingSystem.IsLinux(), server.Connection.IsDirect));
    }

    [Fact]
    public async Task When_more_than_the_first_frame_is_out_a_ping_proves_that_it_was_read()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Direct writes are for Linux.");
        await using var host = await StartAsync(greetings: 3);
        await using var client = await RawClient.ConnectAsync(host.Port, Encoding.ASCII.GetBytes(RawClient.UpgradeRequest("/talk")));
        var server = _servers.Take(TestContext.Current.CancellationToken);
        Assert.Equal("greeting 0", await client.ReadTextAsync());
        Assert.Equal("greeting 1", await client.ReadTextAsync());
        Assert.Equal("greeting 2", await client.ReadTextAsync());

        await client.SendAsync(Frame.TextMessage("x"));
        var proof = await client.ReadAsync();
        Assert.Equal(0x89, proof!.First);
        Assert.False(server.Connection.IsDirect);

        await client.SendAsync(Frame.Pong(proof.Payload));
        Assert.Equal("answer x", await client.ReadTextAsync());
        Assert.True(server.Connection.IsDirect);
        Assert.Equal(0, server.Pongs);
    }

    [Fact]
    public async Task A_client_that_does_not_answer_the_ping_is_served_through_the_stream()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Direct writes are for Linux.");
        await using var host = await StartAsync(greetings: 3);
        await using var client = await RawClient.ConnectAsync(host.Port, Encoding.ASCII.GetBytes(RawClient.UpgradeRequest("/talk")));
        var server = _servers.Take(TestContext.Current.CancellationToken);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal($"greeting {i}", await client.ReadTextAsync());
        }

        await client.SendAsync(Frame.TextMessage("x"));
        Assert.Equal(0x89, (await client.ReadAsync())!.First);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("answer x", await client.ReadTextAsync());
        Assert.False(server.Connection.IsDirect);
    }

    [Fact]
    public async Task A_session_that_moves_here_keeps_the_order_of_its_frames()
    {
        await using var host = await StartAsync(greetings: 1);
        await using var client = await RawClient.ConnectAsync(host.Port, Encoding.ASCII.GetBytes(RawClient.UpgradeRequest("/talk")));
        var server = _servers.Take(TestContext.Current.CancellationToken);
        Assert.Equal("greeting 0", await client.ReadTextAsync());
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

    private Task<WebSocketHost> StartAsync(int greetings) => WebSocketHost.StartAsync(
        services: services => services.AddSingleton<TimeProvider>(_time),
        map: app => app.Map("/talk", async context =>
        {
            var transport = await WebSocketUpgrade.AcceptAsync(context);
            var server = new TalkingServer(transport!, app.Services.GetRequiredService<DrainScheduler>());
            _servers.Add(server, CancellationToken.None);
            await server.RunAsync(greetings);
        }));

    /// <summary>Speaks first, one write per greeting, and wants direct writes at the client's first answer.</summary>
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

        public int Pongs { get; private set; }

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

        public void OnText(ReadOnlySpan<byte> utf8)
        {
            Connection.GoDirect();
            Send($"answer {Encoding.UTF8.GetString(utf8)}");
        }

        public void OnBinary(ReadOnlySpan<byte> data)
        {
        }

        public void OnPong(ReadOnlySpan<byte> payload) => Pongs++;

        public void OnClosed(WebSocketEnd end)
        {
        }

        private void Send(string text) => _outbox.TryEnqueue(new OutboundFrame(ServerFrame.Text(Encoding.UTF8.GetBytes(text))));
    }
}
