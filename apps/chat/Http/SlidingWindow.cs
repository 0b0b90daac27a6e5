namespace Fanfare.Chat.Http;

/// <summary>Counts what happened per key within a moving window of time.</summary>
/// <remarks>Safe to call from any thread. Keys whose events are all past are forgotten, so memory follows the rate of requests.</remarks>
public sealed class SlidingWindow<TKey>(int limit, TimeSpan window, TimeProvider time)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Queue<long>> _events = [];
    private long _lastSweep = time.GetTimestamp();

    /// <summary>Whether the key has reached the limit, and if so, how long until it may go on.</summary>
    public bool IsFull(TKey key, out TimeSpan retryAfter)
    {
        lock (_lock)
        {
            return IsFullCore(key, time.GetTimestamp(), out retryAfter);
        }
    }

    /// <summary>Counts one event, unless the key has reached the limit.</summary>
    public bool TryAdd(TKey key, out TimeSpan retryAfter)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (IsFullCore(key, now, out retryAfter))
            {
                return false;
            }

            Sweep(now);
            if (!_events.TryGetValue(key, out var events))
            {
                _events[key] = events = new Queue<long>();
            }

            events.Enqueue(now);
            return true;
        }
    }

    private bool IsFullCore(TKey key, long now, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        if (!_events.TryGetValue(key, out var events))
        {
            return false;
        }

        Forget(events, now);
        if (events.Count < limit)
        {
            return false;
        }

        retryAfter = window - time.GetElapsedTime(events.Peek(), now);
        return true;
    }

    private void Forget(Queue<long> events, long now)
    {
        while (events.TryPeek(out var oldest) && time.GetElapsedTime(oldest, now) >= window)
        {
            events.Dequeue();
        }
    }

    private void Sweep(long now)
    {
        if (time.GetElapsedTime(_lastSweep, now) < window)
        {
            return;
        }

        _lastSweep = now;
        foreach (var (key, events) in _events)
        {
            Forget(events, now);
            if (events.Count == 0)
            {
                _events.Remove(key);
            }
        }
    }
}
