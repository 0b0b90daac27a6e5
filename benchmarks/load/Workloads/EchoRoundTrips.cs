using System.Diagnostics;
using System.Text;
using Fanfare.Benchmarks.Load.Dialects;
using Fanfare.Benchmarks.Load.Measurements;
using Fanfare.Benchmarks.Load.Members;

namespace Fanfare.Benchmarks.Load.Workloads;

/// <summary>Every connection sends an event, waits for the ack with the same content, and sends the next.</summary>
internal sealed class EchoRoundTrips : IMemberHandler
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);

    private readonly ClientLoop _loop;
    private readonly Room _room;
    private readonly CpuClock _serverCpu;
    private readonly CpuClock _generatorCpu = CpuClock.OfThisProcess();
    private readonly SequencedContent _content;
    private readonly EventTemplate _template;
    private readonly long[] _next;
    private bool _isSending;
    private int _outstanding;
    private long _answered;

    public EchoRoundTrips(ClientLoop loop, Room room, CpuClock serverCpu, int payloadBytes)
    {
        _loop = loop;
        _room = room;
        _serverCpu = serverCpu;
        _content = new SequencedContent(payloadBytes);
        _template = room.Dialect.Echo(_content) ?? throw new NotSupportedException($"{room.Dialect.Name} has no acks.");
        _next = new long[room.Count];
        room.Listen(this);
    }

    public Cost Measure(TimeSpan warmUp, TimeSpan window)
    {
        _isSending = true;
        for (int member = 0; member < _next.Length; member++)
        {
            Send(member);
        }
        RunFor(warmUp);
        long answered = _answered;
        CpuWindow cpu = CpuWindow.Open(_serverCpu, _generatorCpu);
        RunFor(window);
        Cost cost = cpu.Close(_answered - answered);
        _isSending = false;
        if (!_loop.RunUntil(() => _outstanding == 0, DrainLimit))
        {
            throw new WorkloadException($"{_room.Label}: {_outstanding} acks did not come within {DrainLimit.TotalSeconds:0} s.");
        }
        return cost;
    }

    public void OnAck(int member, long ackId, ReadOnlySpan<byte> record)
    {
        long expected = _next[member];
        if (ackId != EventTemplate.FirstAckId + expected || !_content.TryRead(record, out long sequence) || sequence != expected)
        {
            throw new WorkloadException(
                $"{_room.Label}: connection {member} should get the ack of event {expected} and got: {Encoding.UTF8.GetString(record)}");
        }
        _next[member] = expected + 1;
        _answered++;
        _outstanding--;
        if (_isSending)
        {
            Send(member);
        }
    }

    public void OnDelivery(int member, ReadOnlySpan<byte> record) =>
        throw new WorkloadException($"{_room.Label}: connection {member} got an event that nobody sent.");

    private void Send(int member)
    {
        _outstanding++;
        _room[member].Send(_template.With(_next[member]));
    }

    private void RunFor(TimeSpan duration)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            _loop.Turn(10);
        }
    }
}
