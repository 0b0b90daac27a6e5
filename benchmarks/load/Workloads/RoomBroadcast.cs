using System.Buffers;
using System.Diagnostics;
using System.Text;
using Fanfare.Benchmarks.Load.Dialects;
using Fanfare.Benchmarks.Load.Measurements;
using Fanfare.Benchmarks.Load.Members;

namespace Fanfare.Benchmarks.Load.Workloads;

/// <summary>
/// A member, or a connection beside them, publishes; every member (the publisher too) must get every message once, unchanged and in order. Numbers go on over
/// all measurements of one room, so what a former one left behind cannot pass unseen.
/// </summary>
internal sealed class RoomBroadcast : IMemberHandler
{
    /// <summary>More messages on their way than this means that the server does not keep up with the rate.</summary>
    private const int MaxOutstanding = 1024;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DuplicateWatch = TimeSpan.FromMilliseconds(20);

    private readonly ClientLoop _loop;
    private readonly Room _room;
    private readonly CpuClock _serverCpu;
    private readonly CpuClock _generatorCpu = CpuClock.OfThisProcess();
    private readonly long[] _next;
    private readonly int[] _reached = new int[MaxOutstanding];
    private readonly long[] _due = new long[MaxOutstanding];
    private readonly ArrayBufferWriter<byte> _batch = new();
    private SequencedContent _content = new(SequencedContent.MinimumLength);
    private EventTemplate _template;
    private LatencyHistogram? _latencies;
    private long _firstTimed;
    private long _published;
    private long _delivered;
    private int _batched;
    private int _outstanding;

    public RoomBroadcast(ClientLoop loop, Room room, CpuClock serverCpu)
    {
        _loop = loop;
        _room = room;
        _serverCpu = serverCpu;
        _next = new long[room.Count];
        _template = room.Dialect.Message(room.Name, _content);
        room.Listen(this);
    }

    /// <summary>
    /// Keeps <paramref name="outstanding"/> messages on their way: the next one is sent when the oldest has reached all members.
    /// The window opens after <paramref name="warmUp"/>. Both last longer where that is not enough for <paramref name="outstanding"/>
    /// messages: a server may hand out all of them in one go.
    /// </summary>
    public Cost Measure(int payloadBytes, int outstanding, TimeSpan warmUp, TimeSpan window)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(outstanding, MaxOutstanding);
        Use(payloadBytes);
        PublishFor(warmUp, outstanding);
        long delivered = _delivered;
        CpuWindow cpu = CpuWindow.Open(_serverCpu, _generatorCpu);
        PublishFor(window, outstanding);
        Cost cost = cpu.Close(_delivered - delivered);
        Drain();
        return cost;
    }

    /// <summary>
    /// Publishes at a fixed rate, whatever the server does, and times each delivery from the moment its message was due.
    /// Null when the server does not keep up.
    /// </summary>
    public LatencyHistogram? MeasureLatency(int payloadBytes, double messagesPerSecond, TimeSpan warmUp, TimeSpan window)
    {
        Use(payloadBytes);
        var latencies = new LatencyHistogram();
        double interval = Stopwatch.Frequency / messagesPerSecond;
        long start = Stopwatch.GetTimestamp();
        long total = (long)((warmUp + window).TotalSeconds * messagesPerSecond);
        _firstTimed = _published + (long)(warmUp.TotalSeconds * messagesPerSecond);
        _latencies = latencies;
        for (long sent = 0; sent < total;)
        {
            long due = start + (long)(sent * interval);
            long now = Stopwatch.GetTimestamp();
            if (now >= due)
            {
                if (_outstanding == MaxOutstanding)
                {
                    latencies = null;
                    break;
                }
                _due[_published % MaxOutstanding] = due;
                Publish();
                Flush();
                sent++;
                continue;
            }
            // Whole milliseconds are slept, the rest is spent turning.
            _loop.Turn((int)((due - now) * 1000 / Stopwatch.Frequency));
        }
        Drain();
        _latencies = null;
        return latencies;
    }

    public void OnDelivery(int member, ReadOnlySpan<byte> record)
    {
        long expected = _next[member];
        if (!_content.TryRead(record, out long sequence) || sequence != expected)
        {
            throw new WorkloadException(
                $"{_room.Label}: member {member} should get message {expected} and got: {Encoding.UTF8.GetString(record)}");
        }
        _next[member] = expected + 1;
        _delivered++;
        int slot = (int)(expected % MaxOutstanding);
        if (_latencies is { } latencies && expected >= _firstTimed)
        {
            latencies.Record((long)Stopwatch.GetElapsedTime(_due[slot]).TotalNanoseconds);
        }
        if (++_reached[slot] == _next.Length)
        {
            _reached[slot] = 0;
            _outstanding--;
        }
    }

    public void OnAck(int member, long ackId, ReadOnlySpan<byte> record) =>
        throw new WorkloadException($"{_room.Label}: member {member} got an ack that it did not ask for.");

    private void Use(int payloadBytes)
    {
        _content = new SequencedContent(payloadBytes);
        _template = _room.Dialect.Message(_room.Name, _content);
        _room.OpenPublisher();
    }

    private void PublishFor(TimeSpan duration, int outstanding)
    {
        long end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        long lastProgress = Stopwatch.GetTimestamp();
        long enough = _delivered + ((long)outstanding * _next.Length);
        while (Stopwatch.GetTimestamp() < end || _delivered < enough)
        {
            while (_outstanding < outstanding)
            {
                Publish();
            }
            Flush();
            long before = _delivered;
            _loop.Turn(10);
            if (_delivered > before)
            {
                lastProgress = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(lastProgress) > DrainLimit)
            {
                throw Missing();
            }
        }
    }

    private void Publish()
    {
        _batch.Write(_template.With(_published++));
        _batched++;
        _outstanding++;
    }

    private void Flush()
    {
        if (_batch.WrittenCount > 0)
        {
            _room.Publish(_batch.WrittenSpan, _batched);
            _batch.ResetWrittenCount();
            _batched = 0;
        }
    }

    private void Drain()
    {
        if (!_loop.RunUntil(() => _outstanding == 0, DrainLimit))
        {
            throw Missing();
        }
        if (!_loop.RunUntil(() => !_room.AwaitsAnswers, DrainLimit))
        {
            throw new WorkloadException($"{_room.Label}: what was posted has not been answered within {DrainLimit.TotalSeconds:0} s.");
        }
        _room.ClosePublisher();
        _loop.RunFor(DuplicateWatch);
    }

    private WorkloadException Missing()
    {
        int member = Array.FindIndex(_next, next => next < _published);
        int late = _next.Count(next => next < _published);
        return new WorkloadException(
            $"{_room.Label}: {late} of {_next.Length} members miss messages; member {member} has {_next[member]} of {_published}.");
    }
}
