using Fanfare.AspNetCore;
using Microsoft.Extensions.Logging;

namespace Fanfare.SocketIO;

/// <summary>Slows a client down that sends more than it may, and ends its session when it does so for too long. Nothing of what it sent is lost.</summary>
internal sealed partial class RateGate : Deadline
{
    /// <summary>Shorter pauses between two debts are no break: a flood that is read in portions is one flood.</summary>
    private static readonly TimeSpan Break = TimeSpan.FromSeconds(1);

    private readonly EngineSession _session;
    private readonly EngineScope _scope;
    private readonly Lock _gate = new();
    private TokenBucket _messages;
    private TokenBucket _bytes;
    private DateTimeOffset _limitedSince;
    private DateTimeOffset _limitedUntil;
    private bool _isPaused;
    private bool _isStopped;

    public RateGate(EngineSession session, EngineScope scope)
    {
        _session = session;
        _scope = scope;
        var options = scope.Options;
        _messages = new TokenBucket(options.MaxMessagesPerSecond, options.MessageBurst);
        _bytes = new TokenBucket(options.MaxBytesPerSecond, Math.Max(options.MaxBytesPerSecond, options.MaxPayloadBytes));
    }

    /// <summary>Takes one message of so many bytes.</summary>
    public void Take(int bytes)
    {
        lock (_gate)
        {
            var time = _scope.Time;
            var wait = _scope.Options.MaxMessagesPerSecond > 0 ? _messages.Take(1, time) : TimeSpan.Zero;
            var waitForBytes = _scope.Options.MaxBytesPerSecond > 0 ? _bytes.Take(bytes, time) : TimeSpan.Zero;
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
                _session.PauseReading();
                if (_scope.Metrics.Refused(FanfareMetrics.Limit.Rate))
                {
                    Log.Limited(_scope.Logger, _session.Sid, wait);
                }
            }
        }
    }

    /// <summary>The session is over.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            _scope.Wheel.Cancel(this);
        }
    }

    protected override void OnDue()
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
                if (now - _limitedSince < _scope.Options.RateTolerance)
                {
                    ScheduleCheck(now);
                }
                else
                {
                    // By the pool: the end of a session runs code of the application.
                    ThreadPool.UnsafeQueueUserWorkItem(static gate => gate.Close(), this, preferLocal: false);
                }

                return;
            }

            _isPaused = false;
        }

        _session.ResumeReading();
    }

    private DateTimeOffset Now() => DateTimeOffset.UnixEpoch + _scope.Time.GetElapsedTime(0);

    private void ScheduleCheck(DateTimeOffset now)
    {
        var tolerated = _limitedSince + _scope.Options.RateTolerance;
        _scope.Wheel.Schedule(this, (_limitedUntil < tolerated ? _limitedUntil : tolerated) - now);
    }

    private void Close()
    {
        Log.Closed(_scope.Logger, _session.Sid, _scope.Options.RateTolerance);
        _session.Close(CloseReason.RateLimited);
    }

    private static partial class Log
    {
        [LoggerMessage(311, LogLevel.Information, "Session {SessionId} sends more than it may; it is not read for {Wait}.", EventName = "RateLimited")]
        public static partial void Limited(ILogger logger, string sessionId, TimeSpan wait);

        [LoggerMessage(312, LogLevel.Information, "Session {SessionId} sent more than it may for {Duration}; it is closed.", EventName = "RateLimitClosed")]
        public static partial void Closed(ILogger logger, string sessionId, TimeSpan duration);
    }
}
