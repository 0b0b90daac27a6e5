namespace Fanfare.AspNetCore;

/// <summary>A bucket that fills at a steady rate and may be overdrawn: the debt is what the reader has to wait. Not thread safe.</summary>
/// <param name="perSecond">How much flows in.</param>
/// <param name="capacity">How much fits in, and is there at the start.</param>
public struct TokenBucket(double perSecond, double capacity)
{
    private double _missing;
    private long _filledAt;

    /// <summary>Takes <paramref name="amount"/> and tells how long to wait until the bucket is not in debt any more.</summary>
    public TimeSpan Take(double amount, TimeProvider time)
    {
        var now = time.GetTimestamp();
        if (_filledAt != 0)
        {
            _missing = Math.Max(0, _missing - (time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
        }

        _filledAt = now;
        _missing += amount;
        return _missing <= capacity ? TimeSpan.Zero : TimeSpan.FromSeconds((_missing - capacity) / perSecond);
    }
}
