using Microsoft.Extensions.Logging;

namespace Fanfare;

/// <summary>What all namespaces of a server share.</summary>
internal sealed class NamespaceServices
{
    public required MessageSerializer Serializer { get; init; }

    public required IAdapterFactory Adapters { get; init; }

    public required TimingWheel Wheel { get; init; }

    public required TimeProvider Time { get; init; }

    public required FanfareMetrics Metrics { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>How much may wait for one reader: a replay stays well below it.</summary>
    public required OutboxLimits Outbox { get; init; }

    /// <summary>Told when a namespace of a pattern may have become empty.</summary>
    public required Action<NamespaceSetup> Emptied { get; init; }
}
