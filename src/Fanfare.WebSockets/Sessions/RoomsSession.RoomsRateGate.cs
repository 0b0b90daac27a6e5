using Fanfare.AspNetCore;
using Microsoft.Extensions.Logging;

namespace Fanfare.WebSockets;

/// <summary>The rates of one client.</summary>
internal sealed partial class RoomsRateGate(RoomsSession session, RoomsScope scope)
    : RateGate(scope.Options.Rates, scope.Options.MaxMessageBytes, scope.Wheel)
{
    /// <inheritdoc/>
    protected override void Pause(TimeSpan wait)
    {
        session.PauseReading();
        if (scope.Metrics.Refused(FanfareMetrics.Limit.Rate))
        {
            Log.Limited(scope.Logger, session.ClientId, wait);
        }
    }

    /// <inheritdoc/>
    protected override void Resume() => session.ResumeReading();

    /// <inheritdoc/>
    protected override void Close(TimeSpan duration)
    {
        Log.Closed(scope.Logger, session.ClientId, duration);
        session.Refuse(ErrorCodes.RateLimited, default);
        session.End(CloseReason.RateLimited);
    }

    private static partial class Log
    {
        [LoggerMessage(511, LogLevel.Information, "Client {ClientId} sends more than it may; it is not read for {Wait}.", EventName = "RateLimited")]
        public static partial void Limited(ILogger logger, string clientId, TimeSpan wait);

        [LoggerMessage(512, LogLevel.Information, "Client {ClientId} sent more than it may for {Duration}; it is closed.", EventName = "RateLimitClosed")]
        public static partial void Closed(ILogger logger, string clientId, TimeSpan duration);
    }
}
