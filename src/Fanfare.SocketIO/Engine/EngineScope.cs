using Fanfare.AspNetCore;
using Microsoft.Extensions.Logging;

namespace Fanfare.SocketIO;

/// <summary>What all sessions of one Engine.IO endpoint share.</summary>
internal sealed class EngineScope
{
    public required EngineOptions Options { get; init; }

    public required OutboxLimits OutboxLimits { get; init; }

    public required RateLimits RateLimits { get; init; }

    public required WebSocketLimits WebSocketLimits { get; init; }

    public required DrainScheduler Scheduler { get; init; }

    public required TimeProvider Time { get; init; }

    public required FanfareMetrics Metrics { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Told once when a session can take no further request.</summary>
    public required Action<string, RequestInfo> Forget { get; init; }

    public TimingWheel Wheel => Scheduler.Wheel;
}
