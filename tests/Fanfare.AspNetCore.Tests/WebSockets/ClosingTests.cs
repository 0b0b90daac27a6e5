using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Fanfare.AspNetCore.Tests.WebSockets;

public sealed class ClosingTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddSeconds(Random.Shared.NextDouble() * 4e9));

    [Theory]
    [InlineData(null, "")]
    [InlineData(1000, "")]
    [InlineData(4999, "see you")]
    public async Task A_close_of_the_peer_is_answered_with_the_same_code(int? code, string reason)
    {
        await using var host = await StartAsync();
        await using var client = await RawClient.ConnectAsync(host.Port);

        await client.SendAsync([.. Frame.TextMessage("last"), .. Frame.Close(code, reason)]);

        var end = await host.NextHandler().End.InTime();
        Assert.Equal(new WebSocketEnd(WebSocketEndKind.ClosedByPeer, code, reason), end);
        Assert.Equal("last", await client.ReadTextAsync());
        var frame = await client.ReadAsync();
        Assert.Equal(0x88, frame!.First);
        Assert.Equal(code, frame.CloseCode);
        Assert.Null(await client.ReadAsync());
    }

    [Theory]
    [InlineData(new byte[] { 0x83, 0x80, 0, 0, 0, 0 }, 1002)]
    [InlineData(new byte[] { 0x81, 0x81, 0, 0, 0, 0, 0xFF }, 1007)]
    [InlineData(new byte[] { 0x82, 0xFF, 0, 0, 1, 0, 0, 0, 0, 0 }, 1009)]
    public async Task What_came_before_a_fault_is_answered_before_the_close(byte[] fault, int code)
    {
        await using var host = await StartAsync();
        await using var client = await RawClient.ConnectAsync(host.Port);

        await client.SendAsync([.. Frame.TextMessage("one"), .. Frame.TextMessage("two"), .. fault]);

        Assert.Equal("one", await client.ReadTextAsync());
        Assert.Equal("two", await client.ReadTextAsync());
        Assert.Equal(code, (await client.ReadAsync())!.CloseCode);
        Assert.Null(await client.ReadAsync());
    }

    [Fact]
    public async Task A_close_of_ours_goes_behind_what_waits_and_waits_for_the_peers()
    {
        await using var host = await StartAsync();
        await using var client = await RawClient.ConnectAsync(host.Port);
        var handler = host.NextHandler();
        handler.Peer.SendText("one"u8);
        handler.Peer.SendText("two"u8);
        var closed = handler.Peer.CloseAsync(4001, "enough");

        Assert.Equal("one", await client.ReadTextAsync());
        Assert.Equal("two", await client.ReadTextAsync());
        var close = await client.ReadAsync();
        Assert.Equal(4001, close!.CloseCode);
        Assert.False(closed.IsCompleted);
        Assert.False(handler.End.IsCompleted);

        // What the peer sends until it has seen ours is no longer told.
        await client.SendAsync([.. Frame.TextMessage("late"), .. Frame.Close(4001)]);
        Assert.Null(await client.ReadAsync());
        await closed.InTime();
        Assert.Equal(new WebSocketEnd(WebSocketEndKind.ClosedByServer, 4001, "enough"), await handler.End.InTime());
        Assert.Equal(EnqueueResult.Closed, await EventuallyAsync(() => handler.Peer.SendText("x"u8), EnqueueResult.Closed));
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_a_close_is_cut_off()
    {
        await using var host = await StartAsync();
        await using var client = await RawClient.ConnectAsync(host.Port);
        var handler = host.NextHandler();
        var closed = handler.Peer.CloseAsync(1000);
        Assert.Equal(1000, (await client.ReadAsync())!.CloseCode);

        _time.Advance(TimeSpan.FromSeconds(3));

        await closed.InTime();
        Assert.Equal(WebSocketEndKind.ClosedByServer, (await handler.End.InTime()).Kind);
        await client.ReadToEndAsync();
    }

    [Fact]
    public async Task An_abort_is_instant_and_without_a_close_frame()
    {
        await using var host = await StartAsync();
        await using var client = await RawClient.ConnectAsync(host.Port);
        var handler = host.NextHandler();

        handler.Peer.Abort();
        handler.Peer.Abort();

        Assert.Equal(WebSocketEndKind.Aborted, (await handler.End.InTime()).Kind);
        Assert.Empty(await client.ReadToEndAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_whose_reading_is_paused_ends_all_the_same(bool isPolite)
    {
        await using var host = await StartAsync();
        await using var client = await RawClient.ConnectAsync(host.Port);
        var handler = host.NextHandler();
        handler.Peer.PauseReading();
        var closed = isPolite ? handler.Peer.CloseAsync(1000) : Task.CompletedTask;
        if (!isPolite)
        {
            handler.Peer.Abort();
        }

        // An owner that does not know yet may pause once more.
        handler.Peer.PauseReading();
        if (isPolite)
        {
            Assert.Equal(1000, (await client.ReadAsync())!.CloseCode);
            await client.SendAsync(Frame.Close(1000));
        }

        await client.ReadToEndAsync();
        await closed.InTime();
        Assert.Equal(isPolite ? WebSocketEndKind.ClosedByServer : WebSocketEndKind.Aborted, (await handler.End.InTime()).Kind);
    }

    [Fact]
    public async Task A_peer_that_vanishes_is_an_aborted_end()
    {
        await using var host = await StartAsync();
        var client = await RawClient.ConnectAsync(host.Port);
        var handler = host.NextHandler();
        client.Socket.LingerState = new System.Net.Sockets.LingerOption(true, 0);
        await client.DisposeAsync();
        Assert.Equal(WebSocketEndKind.Aborted, (await handler.End.InTime()).Kind);

        var other = await RawClient.ConnectAsync(host.Port);
        handler = host.NextHandler();
        await other.DisposeAsync();
        Assert.Equal(WebSocketEndKind.Aborted, (await handler.End.InTime()).Kind);
    }

    [Fact]
    public async Task A_server_that_stops_ends_its_connections()
    {
        await using var host = await WebSocketHost.StartAsync(services: static services =>
            services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(50)));
        await using var client = await RawClient.ConnectAsync(host.Port);
        var handler = host.NextHandler();

        await host.StopAsync();

        Assert.Equal(WebSocketEndKind.Aborted, (await handler.End.InTime()).Kind);
        await client.ReadToEndAsync();
    }

    [Fact]
    public async Task A_protocol_error_is_answered_with_1002_and_ends_the_connection()
    {
        await using var host = await StartAsync();
        await using var client = await RawClient.ConnectAsync(host.Port);
        await client.SendAsync([0xF1]);

        Assert.Equal(1002, (await client.ReadAsync())!.CloseCode);
        Assert.Equal(new WebSocketEnd(WebSocketEndKind.ProtocolError, 1002, "reserved bits set"), await host.NextHandler().End.InTime());

        // The peer's own close ends the wait.
        await client.SendAsync(Frame.Close(1002));
        Assert.Null(await client.ReadAsync());
    }

    [Fact]
    public async Task A_broken_peer_that_does_not_answer_is_cut_off()
    {
        await using var host = await StartAsync();
        await using var client = await RawClient.ConnectAsync(host.Port);
        await client.SendAsync([0xF1]);
        Assert.Equal(1002, (await client.ReadAsync())!.CloseCode);
        await client.SendAsync([1, 2, 3, 4, 5]);

        _time.Advance(TimeSpan.FromSeconds(3));

        await client.ReadToEndAsync();
    }

    [Fact]
    public async Task A_message_too_big_is_refused_with_1009_before_its_payload_comes()
    {
        await using var host = await StartAsync(static options => options.Limits.MaxMessageBytes = 1000);
        await using var client = await RawClient.ConnectAsync(host.Port);
        await client.SendAsync(Frame.TextMessage(new string('x', 1000)));
        Assert.Equal(1000, (await client.ReadTextAsync()).Length);

        await client.SendAsync(Frame.Header(0x81, 1001));

        Assert.Equal(1009, (await client.ReadAsync())!.CloseCode);
        Assert.Equal(WebSocketEndKind.TooBig, (await host.NextHandler().End.InTime()).Kind);

        // The rest that is on its way is thrown away, so that no reset swallows the close frame.
        await client.SendAsync(new byte[200_000]);
        await client.SendAsync(Frame.Close(1009));
        await client.ReadToEndAsync();
    }

    [Fact]
    public async Task A_message_that_is_not_finished_in_time_ends_the_connection()
    {
        await using var host = await StartAsync();
        await using var client = await RawClient.ConnectAsync(host.Port);
        var message = Frame.TextMessage("0123456789");
        await client.SendAsync([.. Frame.Ping("begun"), .. message[..8]]);
        Assert.Equal(0x8A, (await client.ReadAsync())!.First);
        await client.SendAsync([.. message[8..], .. Frame.Ping("between"), .. message[..9]]);
        Assert.Equal(0x8A, (await ReadPastAsync(client, opcode: 1))!.First);

        // It is watched from the end of the read it began in, so the clock may only move when that read is over: a pong within it tells.
        var parts = message[9..^1].Select(static b => new[] { b });
        foreach (var part in parts)
        {
            await client.SendAsync(part);
        }

        var end = host.NextHandler().End;
        await _time.PassUntilAsync(() => end.IsCompleted);

        Assert.Equal(1008, (await end).Code);
    }

    [Fact]
    public async Task A_handler_that_throws_closes_with_1011()
    {
        await using var host = await StartAsync(accept: static peer => new EchoHandler(peer)
        {
            TextTaken = static (_, _) => throw new InvalidOperationException("a bug of the application"),
        });
        await using var client = await RawClient.ConnectAsync(host.Port);
        await client.SendAsync(Frame.TextMessage("x"));

        Assert.Equal(1011, (await client.ReadAsync())!.CloseCode);
        Assert.Equal(1011, (await host.NextHandler().End.InTime()).Code);
        await client.ReadToEndAsync();
    }

    [Fact]
    public async Task Nothing_of_a_connection_is_kept_after_its_end()
    {
        await using var host = await StartAsync();
        var kept = new List<WeakReference>();
        for (var i = 0; i < 20; i++)
        {
            kept.Add(await ConnectAndCloseAsync(host));
        }

        // Kestrel keeps a few of its own objects for the next connection, so not every one needs to be gone at once.
        await EventuallyAsync(
            () =>
            {
                GC.Collect();
                return kept.Count(static reference => reference.IsAlive) <= 2;
            },
            true);
    }

    private static async Task<WeakReference> ConnectAndCloseAsync(WebSocketHost host)
    {
        await using var client = await RawClient.ConnectAsync(host.Port);
        await client.SendAsync(Frame.TextMessage("x"));
        Assert.Equal("x", await client.ReadTextAsync());
        await client.SendAsync(Frame.Close(1000));
        await client.ReadToEndAsync();
        var handler = host.NextHandler();
        await handler.End.InTime();
        return new WeakReference(handler);
    }

    private static async Task<Frame?> ReadPastAsync(RawClient client, int opcode)
    {
        var frame = await client.ReadAsync();
        return frame?.Opcode == opcode ? await client.ReadAsync() : frame;
    }

    /// <summary>Asks until the answer is the expected one, for states that follow an event without one of their own.</summary>
    private static async Task<T> EventuallyAsync<T>(Func<T> ask, T expected)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        var answer = ask();
        while (!Equals(answer, expected) && TimeProvider.System.GetElapsedTime(deadline) < Within.Default)
        {
            await Task.Yield();
            answer = ask();
        }

        Assert.Equal(expected, answer);
        return answer;
    }

    private Task<WebSocketHost> StartAsync(Action<WebSocketEndpointOptions>? configure = null, Func<WebSocketPeer, EchoHandler>? accept = null) =>
        WebSocketHost.StartAsync(configure, accept: accept, services: services => services.AddSingleton<TimeProvider>(_time));
}
