namespace Fanfare;

/// <summary>Something that becomes due on a <see cref="TimingWheel"/>. It is its own entry there: scheduling, moving and cancelling it allocate nothing.</summary>
/// <remarks>One deadline belongs to one wheel at a time. A heartbeat or an expiry derives from it, or holds one made on first need.</remarks>
public abstract class Deadline
{
    /// <summary>The tick at or after which it is due; meaningful while it is scheduled.</summary>
    internal long DueTick { get; set; }

    /// <summary>Its slot on the wheel, or -1.</summary>
    internal int Slot { get; set; } = -1;

    internal Deadline? Next { get; set; }

    internal Deadline? Previous { get; set; }

    /// <summary>Whether it waits on a wheel. A snapshot: another thread may change it.</summary>
    public bool IsScheduled => Slot >= 0;

    /// <summary>
    /// Called once when it is due, on a thread of the pool and outside the wheel's lock. It may schedule itself or others again.
    /// It must neither block nor throw, and it may run although another thread has just cancelled or moved the deadline: check what it guards.
    /// </summary>
    internal protected abstract void OnDue();
}
