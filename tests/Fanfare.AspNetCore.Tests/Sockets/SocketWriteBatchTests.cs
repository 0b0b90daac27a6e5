using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Fanfare.AspNetCore.Tests.Sockets;

/// <summary>Many sockets written to with one system call. Where the kernel refuses io_uring there is nothing to be seen of it.</summary>
public sealed partial class SocketWriteBatchTests : IDisposable
{
    private readonly TimingWheel _wheel = new(new FakeTimeProvider());
    private readonly DrainScheduler _scheduler;
    private readonly IoUring? _ring = IoUring.TryCreate();
    private readonly SocketWriteBatch? _batch;
    private readonly List<Socket> _sockets = [];

    public SocketWriteBatchTests()
    {
        _scheduler = new DrainScheduler(_wheel);
        _batch = _ring is null ? null : new SocketWriteBatch(_ring);
    }

    private SocketWriteBatch Batch
    {
        get
        {
            Assert.SkipWhen(_batch is null, "This kernel has no io_uring, or refuses it: every connection is written to by itself.");
            return _batch!;
        }
    }

    public void Dispose()
    {
        _batch?.Dispose();
        _scheduler.Dispose();
        _wheel.Dispose();
        _sockets.ForEach(static socket => socket.Dispose());
    }

    [Fact]
    public void Each_socket_gets_its_own_bytes_time_and_again()
    {
        var batch = Batch;
        using var listener = Listen();
        var pairs = Enumerable.Range(0, IoUring.Capacity - 14).Select(_ => Connect(listener)).ToArray();

        // So often, and so many at once, that each begins at another place of the ring.
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0; i < pairs.Length; i++)
            {
                Assert.True(batch.TryGather(pairs[i].Server, Waiting($"{round}:{i}:", new string('x', i * round))));
            }

            foreach (var (write, i) in batch.Write().ToArray().Select(static (write, i) => (write, i)))
            {
                var expected = $"{round}:{i}:{new string('x', i * round)}";
                Assert.Equal((expected.Length, expected.Length), (write.Length, write.Written));
                Assert.Equal(expected, Read(pairs[i].Client, expected.Length));
            }
        }
    }

    [Fact]
    public void It_takes_no_more_than_it_has_places_or_room_for_and_no_frame_that_is_too_large_to_copy()
    {
        var batch = Batch;
        using var listener = Listen();
        var (server, client) = Connect(listener);
        Assert.False(batch.TryGather(server, Waiting()));
        Assert.False(batch.TryGather(server, Waiting(new string('x', 300_000))));

        for (var i = 0; i < IoUring.Capacity; i++)
        {
            Assert.True(batch.TryGather(server, Waiting("x")));
        }

        Assert.False(batch.TryGather(server, Waiting("x")));
        Assert.Equal(IoUring.Capacity, batch.Write().Length);
        Assert.Equal(new string('x', IoUring.Capacity), Read(client, IoUring.Capacity));

        var fitting = 0;
        while (batch.TryGather(Connect(listener).Server, Waiting(new string('x', 30_000))))
        {
            fitting++;
        }

        Assert.Equal(fitting, batch.Write().Length);
        Assert.Equal(8, fitting);
    }

    [Fact]
    public void A_full_socket_takes_a_part_or_nothing_and_a_dead_one_says_so_and_neither_keeps_the_others()
    {
        var batch = Batch;
        using var listener = Listen();
        var full = Connect(listener, sendBuffer: 4096, receiveBuffer: 4096);
        FillForGood(full.Server);
        var partly = Connect(listener, sendBuffer: 4096, receiveBuffer: 4096);
        var dead = Connect(listener);
        dead.Client.LingerState = new LingerOption(true, 0);
        dead.Client.Dispose();
        Assert.True(dead.Server.Poll(TimeSpan.FromSeconds(30), SelectMode.SelectRead));
        var well = Connect(listener);
        Assert.True(batch.TryGather(full.Server, Waiting("full")));
        Assert.True(batch.TryGather(partly.Server, Waiting(new string('x', 200_000))));
        Assert.True(batch.TryGather(dead.Server, Waiting("dead")));
        Assert.True(batch.TryGather(well.Server, Waiting("well")));

        var writes = batch.Write().ToArray();

        Assert.Equal(0, writes[0].Written);
        Assert.InRange(writes[1].Written, 1, 199_999);
        Assert.Equal(NativeSocket.Gone, writes[2].Written);
        Assert.Equal(4, writes[3].Written);
        Assert.Equal("well", Read(well.Client, 4));
    }

    [Fact]
    public async Task A_socket_that_is_closed_meanwhile_leaves_its_number_to_nobody_before_the_write()
    {
        var batch = Batch;
        using var listener = Listen();
        var closed = Connect(listener);
        Assert.True(batch.TryGather(closed.Server, Waiting("late")));

        // Closing waits for the write: who comes next must not get what was meant for another.
        var closing = Task.Run(closed.Server.Dispose, TestContext.Current.CancellationToken);
        Assert.True(SpinWait.SpinUntil(() => IsDisposed(closed.Server), Within.Default));
        var others = Enumerable.Range(0, 8).Select(_ => Connect(listener)).ToArray();
        batch.Write();

        await closing.InTime();
        Assert.All(others, static other => Assert.Equal((0, 0), (other.Client.Available, other.Server.Available)));
        Assert.False(batch.TryGather(closed.Server, Waiting("late")));
    }

    [Fact]
    public void What_a_ring_could_not_submit_is_sent_all_the_same_and_the_batch_goes_on()
    {
        var batch = Batch;
        using var listener = Listen();
        var (server, client) = Connect(listener);
        Assert.True(batch.TryGather(server, Waiting("first")));
        using (var nothing = File.OpenHandle("/dev/null"))
        {
            // The kernel refuses every submission from now on.
            Assert.NotEqual(-1, Replace((int)nothing.DangerousGetHandle(), (int)_ring!.DangerousGetHandle()));
        }

        Assert.Equal(5, batch.Write()[0].Written);
        Assert.Equal("first", Read(client, 5));
        Assert.True(batch.TryGather(server, Waiting("second")));
        Assert.Equal(6, batch.Write()[0].Written);
        Assert.Equal("second", Read(client, 6));
    }

    private Outbox Waiting(params string[] frames)
    {
        var outbox = new Outbox(new OutboxLimits(), _scheduler);
        foreach (var frame in frames.Where(static frame => frame.Length > 0))
        {
            outbox.TryEnqueue(new OutboundFrame(Encoding.ASCII.GetBytes(frame)));
        }

        return outbox;
    }

    /// <summary>Fills a socket whose peer does not read, until the system moves nothing on from it any more.</summary>
    private static void FillForGood(Socket socket)
    {
        int sent;
        do
        {
            sent = 0;
            while (NativeSocket.Send(socket, new byte[100_000]) > 0)
            {
                sent++;
            }
        }
        while (socket.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectWrite) || sent > 0);
    }

    private static bool IsDisposed(Socket socket)
    {
        try
        {
            return socket.Available < 0;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    private static Socket Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }

    private (Socket Server, Socket Client) Connect(Socket listener, int? sendBuffer = null, int? receiveBuffer = null)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.ReceiveBufferSize = receiveBuffer ?? client.ReceiveBufferSize;
        client.Connect(listener.LocalEndPoint!);
        var server = listener.Accept();
        server.SendBufferSize = sendBuffer ?? server.SendBufferSize;
        _sockets.AddRange([server, client]);
        return (server, client);
    }

    private static string Read(Socket client, int length)
    {
        client.ReceiveTimeout = 30_000;
        var bytes = new byte[length];
        for (var read = 0; read < length;)
        {
            var count = client.Receive(bytes.AsSpan(read));
            Assert.NotEqual(0, count);
            read += count;
        }

        return Encoding.ASCII.GetString(bytes);
    }

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Replace(int with, int descriptor);
}
