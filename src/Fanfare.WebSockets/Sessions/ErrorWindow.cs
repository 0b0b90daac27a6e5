namespace Fanfare.WebSockets;

/// <summary>The moments of a client's latest broken rules: tells when there are too many of them in a time, wherever that time begins. Safe to use from any thread.</summary>
internal sealed class ErrorWindow(int limit, TimeSpan window, TimeProvider time)
{
    private readonly long[] _times = new long[limit];
    private long _count;

    /// <summary>Counts one.</summary>
    /// <returns>Whether it is the last of <c>limit</c> within the window.</returns>
    public bool IsOneTooMany()
    {
        var now = time.GetTimestamp();
        lock (_times)
        {
            _times[_count++ % limit] = now;

            // The next to be overwritten is the oldest of as many as the limit.
            return _count >= limit && time.GetElapsedTime(_times[_count % limit], now) <= window;
        }
    }
}
