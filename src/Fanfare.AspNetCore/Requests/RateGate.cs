namespace Fanfare.AspNetCore;

/// <summary>Slows a client down that sends more than it may, and ends its connection when it does so for too long. Nothing of what it sent is lost. Safe to use from any thread.</summary>
public abstract class RateGate : Deadline
{
    /// <summary>Shorter pauses between two debts are no break: a flood that is read in portions is one flood.</summary>
    private static readonly TimeSpan Break = TimeSpan.FromSeconds(1);

    private readonly RateLimits _limits;
    private readonly TimingWheel _wheel;
    private readonly Lock _gate = new();
    private TokenBucket _messages;
    private TokenBucket _bytes;
    private DateTimeOffset _limitedSince;
    private DateTimeOffset _limitedUntil;
    private bool _isPaused;
    private bool _isStopped;

    /// <summary>Makes an open gate.</summary>
    /// <param name="limits">What passes.</param>
    /// <param name="maxMessageBytes">The largest message: the bucket of bytes holds at least one.</param>
    /// <param name="wheel">Where its deadlines wait.</param>
    protected RateGate(RateLimits limits, int maxMessageBytes, TimingWheel wheel)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(wheel);
        _limits = limits;
        _wheel = wheel;
        _messages = new TokenBucket(limits.MaxMessagesPerSecond, limits.MessageBurst);
        _bytes = new TokenBucket(limits.MaxBytesPerSecond, Math.Max(limits.MaxBytesPerSecond, maxMessageBytes));
    }

    /// <summary>Takes one message of so many bytes.</summary>
    public void Take(int bytes)
    {
        lock (_gate)
        {
            var wait = _limits.MaxMessagesPerSecond > 0 ? _messages.Take(1, _wheel.Time) : TimeSpan.Zero;
            var waitForBytes = _limits.MaxBytesPerSecond > 0 ? _bytes.Take(bytes, _wheel.Time) : TimeSpan.Zero;
            wait = wait > waitForBytes ? wait : waitForBytes;
            if (wait == TimeSpan.Zero || _isStopped)
            {
                return;
            }

            // By the monotonic clock: the wall clock may jump.
            var now = Now();
            _limitedSince = now > _limitedUntil + Break ? now : _limitedSince;
            _limitedUntil = now + wait;
            ScheduleCheck(now);
            if (!_isPaused)
            {
                _isPaused = true;
                Pause(wait);
            }
        }
    }

    /// <summary>The connection is over.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            _wheel.Cancel(this);
        }
    }

    /// <summary>The client is to be read no further for a while. Must not wait.</summary>
    protected abstract void Pause(TimeSpan wait);

    /// <summary>The client may be read again. Must not wait.</summary>
    protected abstract void Resume();

    /// <summary>The client was over a rate for too long. On a thread of the pool.</summary>
    protected abstract void Close(TimeSpan duration);

    /// <inheritdoc/>
    protected sealed override void OnDue()
    {
        lock (_gate)
        {
            if (!_isPaused || _isStopped)
            {
                return;
            }

            var now = Now();
            if (now < _limitedUntil)
            {
                if (now - _limitedSince < _limits.Tolerance)
                {
                    ScheduleCheck(now);
                }
                else
                {
                    // By the pool: the end of a connection runs code of the application.
                    ThreadPool.UnsafeQueueUserWorkItem(static gate => gate.Close(gate._limits.Tolerance), this, preferLocal: false);
                }

                return;
            }

            _isPaused = false;
        }

        Resume();
    }

    private DateTimeOffset Now() => DateTimeOffset.UnixEpoch + _wheel.Time.GetElapsedTime(0);

    private void ScheduleCheck(DateTimeOffset now)
    {
        var tolerated = _limitedSince + _limits.Tolerance;
        _wheel.Schedule(this, (_limitedUntil < tolerated ? _limitedUntil : tolerated) - now);
    }
}
