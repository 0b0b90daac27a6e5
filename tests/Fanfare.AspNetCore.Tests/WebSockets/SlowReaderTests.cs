using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Fanfare.AspNetCore.Tests.WebSockets;

public sealed class SlowReaderTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddSeconds(Random.Shared.NextDouble() * 4e9));

    [Fact]
    public async Task Of_thousands_of_small_messages_in_one_read_every_one_is_answered()
    {
        // More than may wait for a client, and all of them in the server's hands before it answers the first.
        const int Count = 5000;
        await using var host = await StartAsync(static options => options.Outbox.MaxCount = 1024);
        await using var client = await RawClient.ConnectAsync(host.Port);
        using var messages = new MemoryStream();
        for (var i = 0; i < Count; i++)
        {
            messages.Write(Frame.TextMessage($"{i}"));
        }

        await client.SendAsync(messages.ToArray());
        for (var i = 0; i < Count; i++)
        {
            Assert.Equal($"{i}", await client.ReadTextAsync());
        }
    }

    [Theory]
    [InlineData(true, 100)]
    [InlineData(true, 200_000)]
    [InlineData(false, 100)]
    [InlineData(false, 200_000)]
    public async Task A_reader_that_stalls_and_reads_on_misses_nothing(bool isDirect, int size)
    {
        await using var host = await StartAsync(options =>
        {
            options.Limits.AllowDirectWrites = isDirect;
            options.Outbox.MaxBytes = 0;
            options.Outbox.MaxCount = 0;
        });
        await using var client = await RawClient.ConnectAsync(host.Port, receiveBuffer: 8 * 1024);
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync(Frame.TextMessage("begin"));
            Assert.Equal("begin", await client.ReadTextAsync());
        }

        var handler = host.NextHandler();
        Assert.Equal(isDirect && OperatingSystem.IsLinux(), handler.Peer.IsDirect);

        // Far more than all buffers on the way hold, in frames of uneven length.
        var count = 12_000_000 / size;
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(EnqueueResult.Accepted, handler.Peer.SendText(Encoding.ASCII.GetBytes(Message(i, size))));
        }

        // Pongs go between frames wherever the writing stands.
        await client.SendAsync(Frame.Ping("1"));
        var pongs = 0;
        for (var i = 0; i < count;)
        {
            var frame = await client.ReadAsync();
            if (frame!.Opcode == 0xA)
            {
                pongs++;
                if (pongs < 20)
                {
                    await client.SendAsync(Frame.Ping($"{pongs + 1}"));
                }

                continue;
            }

            Assert.Equal(Message(i, size), frame.Text);
            i++;
        }

        Assert.InRange(pongs, 1, 20);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(20_000)]
    public async Task Readers_that_stall_while_their_writes_leave_together_miss_nothing(int size)
    {
        var batches = new CountingBatches();
        await using var host = await StartAsync(
            static options =>
            {
                options.Outbox.MaxBytes = 0;
                options.Outbox.MaxCount = 0;
            },
            services => services.AddSingleton<IWriteBatchFactory>(batches));
        var clients = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => RawClient.ConnectAsync(host.Port, receiveBuffer: i % 2 == 0 ? 8 * 1024 : null)));
        foreach (var client in clients)
        {
            for (var i = 0; i < 3; i++)
            {
                await client.SendAsync(Frame.TextMessage("begin"));
                Assert.Equal("begin", await client.ReadTextAsync());
            }
        }

        var peers = clients.Select(_ => host.NextHandler().Peer).ToArray();
        Assert.All(peers, static peer => Assert.Equal(OperatingSystem.IsLinux(), peer.IsDirect));
        var count = 4_000_000 / size;
        for (var i = 0; i < count; i++)
        {
            var message = Encoding.ASCII.GetBytes(Message(i, size));
            Assert.All(peers, peer => Assert.Equal(EnqueueResult.Accepted, peer.SendText(message)));
        }

        await Task.WhenAll(clients.Select(async client =>
        {
            for (var i = 0; i < count; i++)
            {
                Assert.Equal(Message(i, size), await client.ReadTextAsync());
            }

            await client.DisposeAsync();
        }));
        Assert.Equal(batches.IsRefused, batches.Made == 0);
    }

    [Fact]
    public async Task Past_a_bound_a_slow_reader_is_closed()
    {
        await using var host = await StartAsync(static options => options.Outbox.MaxBytes = 100_000);
        await using var client = await RawClient.ConnectAsync(host.Port, receiveBuffer: 8 * 1024);
        var handler = host.NextHandler();
        var message = new byte[10_000];
        while (handler.Peer.SendBinary(message) == EnqueueResult.Accepted)
        {
        }

        // Within the time for closing.
        await _time.PassUntilAsync(() => handler.End.IsCompleted);
        var end = await handler.End;
        Assert.Equal(WebSocketEndKind.ClosedByServer, end.Kind);
        Assert.Equal(1008, end.Code);
    }

    [Theory]
    [InlineData(true, 10_000)]
    [InlineData(true, 200_000)]
    [InlineData(false, 10_000)]
    [InlineData(false, 200_000)]
    public async Task A_slow_reader_that_reads_on_in_time_is_told_why_it_is_closed(bool isDirect, int size)
    {
        await using var host = await StartAsync(options =>
        {
            options.Limits.AllowDirectWrites = isDirect;
            options.Outbox.MaxBytes = 1_000_000;
        });
        await using var client = await RawClient.ConnectAsync(host.Port, receiveBuffer: 8 * 1024);
        await client.SendAsync(Frame.TextMessage("begin"));
        Assert.Equal("begin", await client.ReadTextAsync());
        var handler = host.NextHandler();
        var sent = 0;
        while (handler.Peer.SendText(Encoding.ASCII.GetBytes(Message(sent, size))) == EnqueueResult.Accepted)
        {
            sent++;
        }

        var read = 0;
        Frame? frame;
        while ((frame = await client.ReadAsync())?.Opcode != 8)
        {
            // Those that were on their way, whole and without a gap.
            Assert.Equal(Message(read++, size), frame!.Text);
        }

        // How many that are depends on when the pool came to close it.
        Assert.Equal(1008, frame.CloseCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stalled_reader_is_cut_by_age_though_nothing_more_is_sent(bool isDirect)
    {
        await using var host = await StartAsync(options =>
        {
            options.Limits.AllowDirectWrites = isDirect;
            options.Outbox.MaxBytes = 0;
        });
        await using var client = await RawClient.ConnectAsync(host.Port, receiveBuffer: 8 * 1024);
        await client.SendAsync(Frame.TextMessage("begin"));
        Assert.Equal("begin", await client.ReadTextAsync());
        var handler = host.NextHandler();
        handler.Peer.SendBinary(new byte[20_000_000]);

        await _time.PassUntilAsync(() => handler.End.IsCompleted);

        Assert.Equal(1008, (await handler.End).Code);
    }

    [Fact]
    public async Task A_stalled_reader_keeps_no_one_else_waiting()
    {
        await using var host = await StartAsync(static options => options.Outbox.MaxBytes = 0);
        await using var stalled = await RawClient.ConnectAsync(host.Port, receiveBuffer: 8 * 1024);
        var slow = host.NextHandler().Peer;
        await using var client = await RawClient.ConnectAsync(host.Port);
        var quick = host.NextHandler().Peer;
        for (var i = 0; i < 500; i++)
        {
            slow.SendBinary(new byte[50_000]);
            quick.SendText(Encoding.ASCII.GetBytes($"{i}"));
            Assert.Equal($"{i}", await client.ReadTextAsync());
        }
    }

    private static string Message(int number, int size) => $"{number}:{new string('m', size - (number % 50))}";

    private Task<WebSocketHost> StartAsync(Action<WebSocketEndpointOptions> configure, Action<IServiceCollection>? services = null) => WebSocketHost.StartAsync(
        configure,
        services: added =>
        {
            added.AddSingleton<TimeProvider>(_time);
            services?.Invoke(added);
        });

    private sealed class CountingBatches : IWriteBatchFactory
    {
        private readonly SocketWriteBatchFactory _batches = new(NullLogger<SocketWriteBatchFactory>.Instance);
        private int _made;

        public int Made => _made;

        /// <summary>Whether this kernel makes none.</summary>
        public bool IsRefused { get; private set; }

        public WriteBatch? TryCreate()
        {
            var batch = _batches.TryCreate();
            IsRefused |= batch is null;
            _made += batch is null ? 0 : 1;
            return batch;
        }
    }
}
