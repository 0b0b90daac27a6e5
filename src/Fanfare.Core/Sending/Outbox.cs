using System.Diagnostics.CodeAnalysis;

namespace Fanfare;

/// <summary>The bounded outbound queue of one session: many writers, one wire at a time, drained in order. Safe to use from any thread.</summary>
/// <remarks>
/// Enqueuing never waits. An outbox that turns non-empty goes onto the scheduler's list, and a worker drains it into its wire, everything at once.
/// It belongs to the session, not to the wire: an upgrade detaches one wire and attaches another, and nothing that waits is lost or doubled.
/// Once a bound is passed it stays full: what came after a lost frame must not be sent, so the owner has to end the session.
/// What properties tell is a snapshot.
/// </remarks>
public sealed partial class Outbox : Drainable, IOutboxReader
{
    private readonly OutboxLimits _limits;
    private readonly DrainScheduler _scheduler;
    private readonly Action<Outbox>? _onFull;
    private FrameQueue _waiting;
    private IWire? _wire;
    private TaskCompletionSource? _emptied;
    private int _corks;
    private State _state;

    /// <summary>Makes an empty outbox without a wire.</summary>
    /// <param name="limits">How much may wait; usually one object for all outboxes.</param>
    /// <param name="scheduler">The server's scheduler; its wheel gives the time.</param>
    /// <param name="onFull">Told once, on a thread of the pool and outside any lock, when a bound is passed. A static delegate and <paramref name="owner"/> save one delegate per connection.</param>
    /// <param name="owner">Whatever the owner wants to find again in <see cref="Owner"/>.</param>
    public Outbox(OutboxLimits limits, DrainScheduler scheduler, Action<Outbox>? onFull = null, object? owner = null)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(scheduler);
        _limits = limits;
        _scheduler = scheduler;
        _onFull = onFull;
        Owner = owner;
    }

    [Flags]
    private enum State : byte
    {
        None = 0,

        /// <summary>On the scheduler's list.</summary>
        Scheduled = 1,

        /// <summary>A thread is within <see cref="IWire.Drain"/>, or a write waits in a batch.</summary>
        Draining = 2,

        /// <summary>The wire took only a part and has not asked for more since.</summary>
        Blocked = 4,

        /// <summary>The wire has asked to be drained since the last drain began.</summary>
        Asked = 8,

        Completed = 16,

        /// <summary>The wire has seen that nothing comes any more.</summary>
        CompletionShown = 32,

        Full = 64,
    }

    /// <summary>What the constructor was given.</summary>
    public object? Owner { get; }

    /// <summary>The bound that was passed, or <see cref="OutboxBound.None"/>.</summary>
    public OutboxBound PassedBound { get; private set; }

    /// <inheritdoc/>
    public bool IsCompleted
    {
        get
        {
            // Under the lock, so that who finds it completed and then empty has missed no frame enqueued before.
            lock (Gate)
            {
                return (_state & State.Completed) != 0;
            }
        }
    }

    /// <inheritdoc/>
    public bool IsEmpty => _waiting.Count == 0;

    /// <inheritdoc/>
    public bool IsMidFrame => _waiting.IsMidFrame;

    /// <summary>Whether the wire cannot take at once what is enqueued: it is blocked, or there is none. Volatile frames are dropped then.</summary>
    public bool IsBusy => _wire is null || (_state & State.Blocked) != 0;

    /// <summary>Bytes that wait; a frame counts in full until its last byte is taken.</summary>
    public long QueuedBytes => _waiting.Bytes;

    /// <summary>Frames that wait.</summary>
    public int QueuedCount => _waiting.Count;

    /// <summary>Whether half of what may wait waits: who makes more by what it reads from the client had better let it leave first.</summary>
    public bool IsHalfFull =>
        (_limits.MaxCount is > 0 and < int.MaxValue && _waiting.Count >= _limits.MaxCount / 2)
        || (_limits.MaxBytes is > 0 and < int.MaxValue && _waiting.Bytes >= _limits.MaxBytes / 2);

    // The object itself is the lock: it is held for moments only, and a Lock of its own would cost every idle connection 40 bytes.
    private Outbox Gate => this;

    private bool HasWork => _waiting.Count > 0
        || (_state & State.Asked) != 0
        || (_state & (State.Completed | State.CompletionShown)) == State.Completed;

    /// <summary>Puts <paramref name="frame"/> at the end of the queue, or says why not. Never waits.</summary>
    /// <param name="frame">The frame, shared with other recipients.</param>
    /// <param name="isVolatile">Whether it may be dropped when the wire is busy or a bound is reached.</param>
    public EnqueueResult TryEnqueue(OutboundFrame frame, bool isVolatile = false)
    {
        ArgumentNullException.ThrowIfNull(frame);
        bool schedule;
        lock (Gate)
        {
            if ((_state & (State.Completed | State.Full)) != 0)
            {
                return (_state & State.Completed) != 0 ? EnqueueResult.Closed : EnqueueResult.Full;
            }

            if (isVolatile && IsBusy)
            {
                return EnqueueResult.Dropped;
            }

            var now = IsAgeBounded ? _scheduler.Wheel.Time.GetTimestamp() : 0;
            var bound = FindPassedBound(frame.Bytes.Length, now, isVolatile);
            if (bound != OutboxBound.None)
            {
                if (isVolatile)
                {
                    return EnqueueResult.Dropped;
                }

                SetFull(bound);
                return EnqueueResult.Full;
            }

            _waiting.Enqueue(frame, now);
            WatchAge(now);
            schedule = TrySchedule();
        }

        if (schedule)
        {
            _scheduler.Schedule(this);
        }

        return EnqueueResult.Accepted;
    }

    /// <summary>Gives the outbox a wire, the first one or another one. The old wire gets no further drain; the new one gets its first when the old one's has ended.</summary>
    /// <remarks>A frame of which the old wire had taken a part is given whole to the new one.</remarks>
    public void Attach(IWire wire)
    {
        ArgumentNullException.ThrowIfNull(wire);
        SetWire(wire);
    }

    /// <summary>Takes the wire away: frames wait until the next <see cref="Attach"/>, within the bounds. A drain in progress on another thread still ends.</summary>
    public void Detach() => SetWire(null);

    /// <inheritdoc/>
    public void Resume()
    {
        bool schedule;
        lock (Gate)
        {
            _state = (_state | State.Asked) & ~State.Blocked;
            schedule = TrySchedule();
        }

        if (schedule)
        {
            _scheduler.Schedule(this);
        }
    }

    /// <summary>Holds draining back until <see cref="Uncork"/>, so that the answers to one read leave in one write. Calls may nest.</summary>
    public void Cork()
    {
        lock (Gate)
        {
            _corks++;
        }
    }

    /// <summary>Ends a <see cref="Cork"/>; the last one drains what waits at once, on the caller's thread.</summary>
    /// <exception cref="InvalidOperationException">The outbox is not corked.</exception>
    public void Uncork()
    {
        lock (Gate)
        {
            if (_corks == 0)
            {
                throw new InvalidOperationException("The outbox is not corked.");
            }

            _corks--;
        }

        Drain();
    }

    /// <summary>Ends the outbox: it takes nothing more, and its wire ends politely once it is empty. May be called often.</summary>
    public void Complete()
    {
        bool schedule;
        lock (Gate)
        {
            _state |= State.Completed;
            TellIfEmptied();
            schedule = TrySchedule();
        }

        if (schedule)
        {
            _scheduler.Schedule(this);
        }
    }

    /// <inheritdoc/>
    public int CopyTo(Span<byte> destination)
    {
        lock (Gate)
        {
            return _waiting.CopyTo(destination);
        }
    }

    /// <inheritdoc/>
    public bool TryPeek(out ReadOnlyMemory<byte> rest)
    {
        lock (Gate)
        {
            return _waiting.TryPeek(out rest);
        }
    }

    /// <inheritdoc/>
    public void Advance(int bytes)
    {
        lock (Gate)
        {
            _waiting.Advance(bytes);
        }
    }

    /// <inheritdoc/>
    public bool TryPeekFrame([MaybeNullWhen(false)] out OutboundFrame frame)
    {
        lock (Gate)
        {
            frame = _waiting.Head;
            return frame is not null;
        }
    }

    /// <summary>Completes when nothing waits any more, or nothing will ever be taken: a long replay goes on then.</summary>
    public Task WhenEmptyAsync()
    {
        lock (Gate)
        {
            return _waiting.Count == 0 || (_state & (State.Completed | State.Full)) != 0
                ? Task.CompletedTask
                : (_emptied ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <inheritdoc/>
    public bool TryDequeue([MaybeNullWhen(false)] out OutboundFrame frame)
    {
        lock (Gate)
        {
            return _waiting.TryDequeue(out frame);
        }
    }

    /// <inheritdoc/>
    internal override IBatchWire? OnTurn(WriteBatch? batch)
    {
        lock (Gate)
        {
            _state &= ~State.Scheduled;
        }

        return Drain(batch);
    }

    /// <inheritdoc/>
    internal override void OnWritten(IBatchWire wire, BatchedWrite write) => EndDrain(wire, wire.OnWritten(this, write), wasCompleted: false);

    private IBatchWire? Drain(WriteBatch? batch = null)
    {
        IWire wire;
        bool completed;
        lock (Gate)
        {
            if (_wire is null || (_state & (State.Draining | State.Blocked)) != 0 || _corks > 0 || !HasWork)
            {
                return null;
            }

            _state = (_state | State.Draining) & ~State.Asked;
            wire = _wire;
            completed = (_state & State.Completed) != 0;
        }

        // The end is shown to the wire by itself.
        if (batch is not null && !completed && wire is IBatchWire batchWire && batchWire.TryGather(this, batch))
        {
            return batchWire;
        }

        EndDrain(wire, wire.Drain(this), completed);
        return null;
    }

    private void EndDrain(IWire wire, DrainResult result, bool wasCompleted)
    {
        bool schedule;
        lock (Gate)
        {
            _state &= ~State.Draining;
            TellIfEmptied();
            if (!ReferenceEquals(wire, _wire))
            {
                _waiting.Rewind();
            }
            else
            {
                Settle(result, wasCompleted);
            }

            // More that came meanwhile gets another turn behind the others, so one busy connection cannot hold a worker.
            schedule = TrySchedule();
        }

        if (schedule)
        {
            _scheduler.Schedule(this);
        }
    }

    private void Settle(DrainResult result, bool wasCompleted)
    {
        switch (result)
        {
            case DrainResult.PartlyTaken:
                // Unless it has asked for more between its answer and now.
                if ((_state & State.Asked) == 0)
                {
                    _state |= State.Blocked;
                    WatchAge(0);
                }

                break;
            case DrainResult.Gone:
                _wire = null;
                StopWatching();
                break;
            default:
                if (wasCompleted)
                {
                    _state |= State.CompletionShown;
                }

                break;
        }
    }

    private void SetWire(IWire? wire)
    {
        bool schedule;
        lock (Gate)
        {
            _wire = wire;
            _state &= ~(State.Blocked | State.Asked | State.CompletionShown);
            if ((_state & State.Draining) == 0)
            {
                _waiting.Rewind();
            }

            WatchAge(0);
            schedule = TrySchedule();
        }

        if (schedule)
        {
            _scheduler.Schedule(this);
        }
    }

    private void TellIfEmptied()
    {
        if (_emptied is not null && (_waiting.Count == 0 || (_state & (State.Completed | State.Full)) != 0))
        {
            _emptied.TrySetResult();
            _emptied = null;
        }
    }

    private bool TrySchedule()
    {
        if (IsBusy || _corks > 0 || (_state & (State.Scheduled | State.Draining)) != 0 || !HasWork)
        {
            return false;
        }

        _state |= State.Scheduled;
        return true;
    }

    /// <summary>What may be lost gets half of the room at most: a burst of it must not make the next frame the one too many.</summary>
    private OutboxBound FindPassedBound(int length, long now, bool isVolatile)
    {
        var share = isVolatile ? 2 : 1;
        if (_waiting.Count == 0)
        {
            return OutboxBound.None;
        }

        if (_limits.MaxCount is > 0 and < int.MaxValue && _waiting.Count >= _limits.MaxCount / share)
        {
            return OutboxBound.Count;
        }

        if (_limits.MaxBytes is > 0 and < int.MaxValue && _waiting.Bytes + length > _limits.MaxBytes / share)
        {
            return OutboxBound.Bytes;
        }

        return IsAgeBounded && OldestAge(now) > _limits.MaxAge ? OutboxBound.Age : OutboxBound.None;
    }

    private void SetFull(OutboxBound bound)
    {
        _state |= State.Full;
        PassedBound = bound;
        TellIfEmptied();
        if (_onFull is not null)
        {
            // By the pool, because the caller of TryEnqueue may hold the lock of a namespace.
            ThreadPool.UnsafeQueueUserWorkItem(static outbox => outbox._onFull!(outbox), this, preferLocal: false);
        }
    }
}
