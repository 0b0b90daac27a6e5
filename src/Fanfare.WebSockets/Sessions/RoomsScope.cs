using Fanfare.AspNetCore;
using Microsoft.Extensions.Logging;

namespace Fanfare.WebSockets;

/// <summary>What all sessions of one endpoint share.</summary>
internal sealed class RoomsScope
{
    public required Namespace Namespace { get; init; }

    public required RoomsOptions Options { get; init; }

    public required RoomsEncoder Encoder { get; init; }

    public required OutboxLimits OutboxLimits { get; init; }

    public required WebSocketLimits WebSocketLimits { get; init; }

    public required DrainScheduler Scheduler { get; init; }

    public required MessageSerializer Serializer { get; init; }

    public required FanfareMetrics Metrics { get; init; }

    public required ILogger Logger { get; init; }

    public TimingWheel Wheel => Scheduler.Wheel;

    public TimeProvider Time => Scheduler.Wheel.Time;
}
