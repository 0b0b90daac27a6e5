using Fanfare.AspNetCore;
using Microsoft.Extensions.Logging;

namespace Fanfare.SocketIO;

/// <summary>Slows a client down that sends more than it may, and ends its session when it does so for too long. Nothing of what it sent is lost.</summary>
internal sealed partial class RateGate : Deadline
{
    private readonly EngineSession _session;
    private readonly EngineScope _scope;
    private readonly Lock _gate = new();
    private TokenBucket _messages;
    private TokenBucket _bytes;
    private long _limitedSince;
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
        TimeSpan limitedFor;
        lock (_gate)
        {
            var time = _scope.Time;
            var wait = _scope.Options.MaxMessagesPerSecond > 0 ? _messages.Take(1, time) : TimeSpan.Zero;
            var waitForBytes = _scope.Options.MaxBytesPerSecond > 0 ? _bytes.Take(bytes, time) : TimeSpan.Zero;
            wait = wait > waitForBytes ? wait : waitForBytes;
            if (wait == TimeSpan.Zero || _isStopped)
            {
                _limitedSince = 0;
                return;
            }

            var now = time.GetTimestamp();
            _limitedSince = _limitedSince == 0 ? now : _limitedSince;
            limitedFor = time.GetElapsedTime(_limitedSince, now);
            if (limitedFor <= _scope.Options.RateTolerance)
            {
                _scope.Wheel.Schedule(this, wait);
                if (!_isPaused)
                {
                    _isPaused = true;
                    _session.PauseReading();
                    if (_scope.Metrics.Refused(FanfareMetrics.Limit.Rate))
                    {
                        Log.Limited(_scope.Logger, _session.Sid, wait);
                    }
                }

                return;
            }
        }

        Log.Closed(_scope.Logger, _session.Sid, limitedFor);
        _session.Close(CloseReason.RateLimited);
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

            _isPaused = false;
        }

        _session.ResumeReading();
    }

    private static partial class Log
    {
        [LoggerMessage(311, LogLevel.Information, "Session {SessionId} sends more than it may; it is not read for {Wait}.", EventName = "RateLimited")]
        public static partial void Limited(ILogger logger, string sessionId, TimeSpan wait);

        [LoggerMessage(312, LogLevel.Information, "Session {SessionId} sent more than it may for {Duration}; it is closed.", EventName = "RateLimitClosed")]
        public static partial void Closed(ILogger logger, string sessionId, TimeSpan duration);
    }
}
