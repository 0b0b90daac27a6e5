using Fanfare.AspNetCore;
using Microsoft.Extensions.Logging;

namespace Fanfare.SocketIO;

/// <summary>The rates of one session.</summary>
internal sealed partial class SessionRateGate(EngineSession session, EngineScope scope)
    : RateGate(scope.RateLimits, scope.Options.MaxPayloadBytes, scope.Wheel)
{
    /// <inheritdoc/>
    protected override void Pause(TimeSpan wait)
    {
        session.PauseReading();
        if (scope.Metrics.Refused(FanfareMetrics.Limit.Rate))
        {
            Log.Limited(scope.Logger, session.Sid, wait);
        }
    }

    /// <inheritdoc/>
    protected override void Resume() => session.ResumeReading();

    /// <inheritdoc/>
    protected override void Close(TimeSpan duration)
    {
        Log.Closed(scope.Logger, session.Sid, duration);
        session.Close(CloseReason.RateLimited);
    }

    private static partial class Log
    {
        [LoggerMessage(311, LogLevel.Information, "Session {SessionId} sends more than it may; it is not read for {Wait}.", EventName = "RateLimited")]
        public static partial void Limited(ILogger logger, string sessionId, TimeSpan wait);

        [LoggerMessage(312, LogLevel.Information, "Session {SessionId} sent more than it may for {Duration}; it is closed.", EventName = "RateLimitClosed")]
        public static partial void Closed(ILogger logger, string sessionId, TimeSpan duration);
    }
}
