using System.Runtime.CompilerServices;

namespace Fanfare;

/// <summary>Outboxes in which something waits, in the order in which they turned so, and the few workers on the thread pool that drain them.</summary>
/// <remarks>
/// A broadcast to many connections puts each on the list once; what is enqueued until its turn comes leaves in the same write.
/// Few workers (one per two processors) leave the other processors to handlers and give messages time to gather. One scheduler per server.
/// </remarks>
public sealed class DrainScheduler : IThreadPoolWorkItem
{
    // How many outboxes a worker takes at once, and how many before it lets other work of the pool go first.
    private const int OutboxesAtOnce = 16;
    private const int BatchesPerTurn = 64;

    private readonly Lock _gate = new();
    private readonly Queue<Outbox> _ready = new();
    private readonly int _maxWorkers = Math.Max(1, Environment.ProcessorCount / 2);
    private int _workers;

    /// <summary>Makes a scheduler.</summary>
    /// <param name="wheel">Where outboxes bound the age of what waits while their wire is busy; its time is theirs.</param>
    public DrainScheduler(TimingWheel wheel)
    {
        ArgumentNullException.ThrowIfNull(wheel);
        Wheel = wheel;
    }

    /// <summary>The wheel given to the constructor.</summary>
    public TimingWheel Wheel { get; }

    /// <summary>Puts <paramref name="outbox"/> at the end of the list. It must not stand there already.</summary>
    internal void Schedule(Outbox outbox)
    {
        lock (_gate)
        {
            _ready.Enqueue(outbox);
            if (_workers == _maxWorkers)
            {
                return;
            }

            _workers++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>One worker's turn; the thread pool calls it.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        var batch = default(Batch);
        for (var i = 0; i < BatchesPerTurn; i++)
        {
            var outboxes = Take(batch);
            if (outboxes.IsEmpty)
            {
                return;
            }

            foreach (var outbox in outboxes)
            {
                outbox.OnTurn();
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Takes the next outboxes off the list; when there are none the worker is done.</summary>
    private Span<Outbox> Take(Span<Outbox> room)
    {
        var count = 0;
        lock (_gate)
        {
            while (count < room.Length && _ready.TryDequeue(out var outbox))
            {
                room[count++] = outbox;
            }

            _workers -= count == 0 ? 1 : 0;
        }

        return room[..count];
    }

    [InlineArray(OutboxesAtOnce)]
    private struct Batch
    {
        private Outbox _first;
    }
}
