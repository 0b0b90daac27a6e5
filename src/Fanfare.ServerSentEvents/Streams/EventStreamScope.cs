using Fanfare.AspNetCore;
using Microsoft.Extensions.Logging;

namespace Fanfare.ServerSentEvents;

/// <summary>What all streams of one mapping share.</summary>
internal sealed class EventStreamScope
{
    public required Namespace Namespace { get; init; }

    public required EventStreamOptions Options { get; init; }

    public required OutboxLimits OutboxLimits { get; init; }

    public required DrainScheduler Scheduler { get; init; }

    public required TimeProvider Time { get; init; }

    public required FanfareMetrics Metrics { get; init; }

    public required ILogger Logger { get; init; }

    public required ConnectionGate Gate { get; init; }

    public TimingWheel Wheel => Scheduler.Wheel;
}
