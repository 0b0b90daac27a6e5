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
    private readonly Queue<Drainable> _ready = new();
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

    /// <summary>Puts <paramref name="item"/> at the end of the list. It must not stand there already.</summary>
    internal void Schedule(Drainable item)
    {
        lock (_gate)
        {
            _ready.Enqueue(item);
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
            var items = Take(batch);
            if (items.IsEmpty)
            {
                return;
            }

            foreach (var item in items)
            {
                item.OnTurn();
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Takes the next outboxes off the list; when there are none the worker is done.</summary>
    private Span<Drainable> Take(Span<Drainable> room)
    {
        var count = 0;
        lock (_gate)
        {
            while (count < room.Length && _ready.TryDequeue(out var item))
            {
                room[count++] = item;
            }

            _workers -= count == 0 ? 1 : 0;
        }

        return room[..count];
    }

    [InlineArray(OutboxesAtOnce)]
    private struct Batch
    {
        private Drainable _first;
    }
}
