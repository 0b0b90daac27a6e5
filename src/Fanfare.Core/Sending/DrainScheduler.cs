namespace Fanfare;

/// <summary>Outboxes in which something waits, in the order in which they turned so, and the few workers on the thread pool that drain them.</summary>
/// <remarks>
/// A broadcast to many connections puts each on the list once; what is enqueued until its turn comes leaves in the same write.
/// Few workers (one per two processors) leave the other processors to handlers and give messages time to gather. One scheduler per server.
/// </remarks>
public sealed class DrainScheduler : IThreadPoolWorkItem
{
    // How many outboxes a worker takes at once, and how many before it lets other work of the pool go first.
    private const int Batch = 16;
    private const int BatchesPerTurn = 64;

    private readonly Lock _gate = new();
    private readonly int _maxWorkers = Math.Max(1, Environment.ProcessorCount / 2);
    private Drainable? _first;
    private Drainable? _last;
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
            if (_last is null)
            {
                _first = item;
            }
            else
            {
                _last.NextReady = item;
            }

            _last = item;
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
        for (var i = 0; i < BatchesPerTurn; i++)
        {
            var item = TakeBatch();
            if (item is null)
            {
                return;
            }

            while (item is not null)
            {
                // Cut first: at its turn the outbox may put itself on the list again.
                var next = item.NextReady;
                item.NextReady = null;
                item.OnTurn();
                item = next;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private Drainable? TakeBatch()
    {
        lock (_gate)
        {
            var first = _first;
            if (first is null)
            {
                _workers--;
                return null;
            }

            var last = first;
            for (var i = 1; i < Batch && last.NextReady is { } next; i++)
            {
                last = next;
            }

            _first = last.NextReady;
            last.NextReady = null;
            if (_first is null)
            {
                _last = null;
            }

            return first;
        }
    }
}
