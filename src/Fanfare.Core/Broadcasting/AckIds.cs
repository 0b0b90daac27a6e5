namespace Fanfare;

/// <summary>Numbers the acks that one namespace asks for: one count for all its connections, so that a broadcast has one number for all receivers.</summary>
public sealed class AckIds
{
    private long _last = -1;

    /// <summary>The next number, from 0 on.</summary>
    public long Next() => Interlocked.Increment(ref _last);
}
