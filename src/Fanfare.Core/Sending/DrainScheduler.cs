using System.Runtime.CompilerServices;

namespace Fanfare;

/// <summary>Outboxes in which something waits, in the order in which they turned so, and the few workers on the thread pool that drain them.</summary>
/// <remarks>
/// A broadcast to many connections puts each on the list once; what is enqueued until its turn comes leaves in the same write, and the writes of several
/// connections leave with one call where the machine can do that. Few workers (one per two processors) leave the other processors to handlers and give
/// messages time to gather. One scheduler per server.
/// </remarks>
public sealed class DrainScheduler : IThreadPoolWorkItem, IDisposable
{
    // How many outboxes a worker takes at once, and how many before it lets other work of the pool go first.
    private const int OutboxesAtOnce = 16;
    private const int RoundsPerTurn = 64;

    private readonly Lock _gate = new();
    private readonly Queue<Drainable> _ready = new();
    private readonly Stack<WriteBatch> _idleBatches = new();
    private readonly int _maxWorkers = Math.Max(1, Environment.ProcessorCount / 2);
    private IWriteBatchFactory? _batches;
    private int _workers;
    private bool _isDisposed;

    /// <summary>Makes a scheduler.</summary>
    /// <param name="wheel">Where outboxes bound the age of what waits while their wire is busy; its time is theirs.</param>
    /// <param name="batches">Makes what writes for several connections with one call; without it each is written to by itself.</param>
    public DrainScheduler(TimingWheel wheel, IWriteBatchFactory? batches = null)
    {
        ArgumentNullException.ThrowIfNull(wheel);
        Wheel = wheel;
        _batches = batches;
    }

    /// <summary>The wheel given to the constructor.</summary>
    public TimingWheel Wheel { get; }

    /// <summary>Lets the batches go. What is scheduled later is drained all the same.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _batches = null;
            while (_idleBatches.TryPop(out var batch))
            {
                batch.Dispose();
            }
        }
    }

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
        var room = default(Items);
        WriteBatch? batch = null;
        for (var round = 0; round < RoundsPerTurn; round++)
        {
            var items = Take(room, ref batch);
            if (items.IsEmpty)
            {
                return;
            }

            // One alone is as well written to by itself.
            Drain(items, items.Length > 1 ? batch : null);
        }

        GiveBack(batch);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private static void Drain(Span<Drainable> items, WriteBatch? batch)
    {
        var wires = default(Wires);
        var gathered = 0;
        foreach (var item in items)
        {
            if (item.OnTurn(batch) is { } wire)
            {
                items[gathered] = item;
                wires[gathered++] = wire;
            }
        }

        if (gathered == 0)
        {
            return;
        }

        var writes = batch!.Write();
        for (var i = 0; i < gathered; i++)
        {
            items[i].OnWritten(wires[i], writes[i]);
        }
    }

    /// <summary>Takes the next outboxes off the list, and a batch when there are several; when there are none the worker is done.</summary>
    private Span<Drainable> Take(Span<Drainable> room, ref WriteBatch? batch)
    {
        var count = 0;
        IWriteBatchFactory? factory = null;
        lock (_gate)
        {
            while (count < room.Length && _ready.TryDequeue(out var item))
            {
                room[count++] = item;
            }

            if (count == 0)
            {
                _workers--;
                Keep(batch);
            }
            else if (count > 1 && batch is null && !_idleBatches.TryPop(out batch))
            {
                factory = _batches;
            }
        }

        if (factory is not null && (batch = factory.TryCreate()) is null)
        {
            _batches = null;
        }

        return room[..count];
    }

    private void GiveBack(WriteBatch? batch)
    {
        lock (_gate)
        {
            Keep(batch);
        }
    }

    private void Keep(WriteBatch? batch)
    {
        if (_isDisposed)
        {
            batch?.Dispose();
        }
        else if (batch is not null)
        {
            _idleBatches.Push(batch);
        }
    }

    [InlineArray(OutboxesAtOnce)]
    private struct Items
    {
        private Drainable _first;
    }

    [InlineArray(OutboxesAtOnce)]
    private struct Wires
    {
        private IBatchWire _first;
    }
}
