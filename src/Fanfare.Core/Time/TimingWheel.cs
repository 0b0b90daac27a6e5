using System.Numerics;

namespace Fanfare;

/// <summary>All deadlines of a server on one timer: heartbeats, expiries, bounds of age. Never early, late by at most <see cref="Resolution"/> and what the timer itself adds.</summary>
/// <remarks>
/// A hashed wheel of 2,048 slots: a deadline further away than one turn (about 33 s) stays in its slot until its turn comes.
/// The timer is armed for the next taken slot only, so a quiet server is not woken. Safe to use from any thread.
/// </remarks>
public sealed class TimingWheel : IDisposable
{
    private const int SlotCount = 2048;
    private const long SlotMask = SlotCount - 1;
    private const long Unarmed = long.MaxValue;

    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private readonly long _start;
    private readonly long _unitsPerTick;
    private readonly Deadline?[] _slots = new Deadline?[SlotCount];
    private readonly ulong[] _taken = new ulong[SlotCount / 64];
    private List<Deadline>? _due = [];
    private long _currentTick;
    private long _armedTick = Unarmed;
    private bool _disposed;

    /// <summary>Makes an empty wheel.</summary>
    /// <param name="time">Where time comes from.</param>
    public TimingWheel(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        Time = time;
        _start = time.GetTimestamp();
        _unitsPerTick = Math.Max(1, (long)(time.TimestampFrequency * Resolution.TotalSeconds));
        _timer = time.CreateTimer(static state => ((TimingWheel)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The width of a slot: 16 ms.</summary>
    public static TimeSpan Resolution { get; } = TimeSpan.FromMilliseconds(16);

    /// <summary>Where the wheel's time comes from.</summary>
    public TimeProvider Time { get; }

    /// <summary>Makes <paramref name="deadline"/> due after <paramref name="delay"/>, or moves it there when it already waits.</summary>
    /// <param name="deadline">The deadline.</param>
    /// <param name="delay">From now; zero or less means as soon as possible, but never within this call.</param>
    /// <remarks>Does nothing once the wheel is disposed.</remarks>
    public void Schedule(Deadline deadline, TimeSpan delay)
    {
        ArgumentNullException.ThrowIfNull(deadline);
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            Remove(deadline);
            deadline.DueTick = Math.Max(_currentTick + 1, DueTick(delay));
            Insert(deadline);
            Arm(deadline.DueTick);
        }
    }

    /// <summary>Takes <paramref name="deadline"/> off the wheel.</summary>
    /// <returns>Whether it was waiting; when not, it was never scheduled, or its <see cref="Deadline.OnDue"/> has run or is running.</returns>
    public bool Cancel(Deadline deadline)
    {
        ArgumentNullException.ThrowIfNull(deadline);
        lock (_gate)
        {
            return Remove(deadline);
        }
    }

    /// <summary>Stops the timer. Deadlines that still wait never become due.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _timer.Dispose();
    }

    private long ElapsedUnits() => Time.GetTimestamp() - _start;

    private long DueTick(TimeSpan delay)
    {
        // Rounded up, so that nothing is early.
        var units = ElapsedUnits() + (Math.Max(0, delay.TotalSeconds) * Time.TimestampFrequency);
        return units >= long.MaxValue / 2d ? long.MaxValue / 2 : (long)Math.Ceiling(units / _unitsPerTick);
    }

    private void OnTimer()
    {
        var due = Interlocked.Exchange(ref _due, null) ?? [];
        lock (_gate)
        {
            _armedTick = Unarmed;
            var now = ElapsedUnits() / _unitsPerTick;
            TakeDue(now, due);
            _currentTick = Math.Max(_currentTick, now);
            ArmNext();
        }

        foreach (var deadline in due)
        {
            deadline.OnDue();
        }

        due.Clear();
        Volatile.Write(ref _due, due);
    }

    private void TakeDue(long now, List<Deadline> due)
    {
        var last = Math.Min(now, _currentTick + SlotCount);
        for (var tick = _currentTick + 1; tick <= last; tick++)
        {
            var deadline = _slots[tick & SlotMask];
            while (deadline is not null)
            {
                var next = deadline.Next;
                if (deadline.DueTick <= now)
                {
                    Remove(deadline);
                    due.Add(deadline);
                }

                deadline = next;
            }
        }
    }

    private void Insert(Deadline deadline)
    {
        var slot = (int)(deadline.DueTick & SlotMask);
        var head = _slots[slot];
        deadline.Slot = slot;
        deadline.Next = head;
        if (head is not null)
        {
            head.Previous = deadline;
        }

        _slots[slot] = deadline;
        _taken[slot >> 6] |= 1UL << slot;
    }

    private bool Remove(Deadline deadline)
    {
        var slot = deadline.Slot;
        if (slot < 0)
        {
            return false;
        }

        if (deadline.Next is { } next)
        {
            next.Previous = deadline.Previous;
        }

        if (deadline.Previous is { } previous)
        {
            previous.Next = deadline.Next;
        }
        else
        {
            _slots[slot] = deadline.Next;
            if (deadline.Next is null)
            {
                _taken[slot >> 6] &= ~(1UL << slot);
            }
        }

        deadline.Slot = -1;
        deadline.Next = null;
        deadline.Previous = null;
        return true;
    }

    private void ArmNext()
    {
        // One look at each word, and a second one at the word of the current slot for the part behind it.
        var first = (int)((_currentTick + 1) & SlotMask);
        for (var i = 0; i <= _taken.Length; i++)
        {
            var word = ((first >> 6) + i) & (_taken.Length - 1);
            var bits = _taken[word];
            if (i == 0)
            {
                bits &= ulong.MaxValue << first;
            }

            if (bits != 0)
            {
                var slot = (word << 6) + BitOperations.TrailingZeroCount(bits);
                Arm(_currentTick + 1 + ((slot - first) & SlotMask));
                return;
            }
        }
    }

    private void Arm(long tick)
    {
        if (tick >= _armedTick || _disposed)
        {
            return;
        }

        _armedTick = tick;
        var units = Math.Clamp(tick - (ElapsedUnits() / _unitsPerTick), 0, SlotCount) * _unitsPerTick;
        // The timer cuts off below a millisecond, so whole ones, rounded up; never zero, which may run the callback within this call.
        var milliseconds = Math.Max(1, Math.Ceiling(units * 1000d / Time.TimestampFrequency));
        _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }
}
