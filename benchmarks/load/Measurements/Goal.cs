namespace Fanfare.Benchmarks.Load.Measurements;

/// <summary>What our own server shall reach beside a peer of the same run.</summary>
/// <param name="Metric">What is compared.</param>
/// <param name="Workload">Its row in the report.</param>
/// <param name="Peer">The other server.</param>
/// <param name="Ratio">Ours divided by the peer's, at most.</param>
internal sealed record Goal(Metric Metric, string Workload, string Peer, double Ratio)
{
    /// <summary>The server that the goals are for.</summary>
    public const string Ours = "fanfare";

    public static readonly IReadOnlyList<Goal> Plain =
    [
        new(Metric.DeliveryCpu, WorkloadName.Broadcast(1000, 64, 1), "ws", 0.6),
        new(Metric.DeliveryCpu, WorkloadName.Broadcast(1000, 64, 16), "ws", 0.15),
    ];

    public static readonly IReadOnlyList<Goal> Events =
    [
        new(Metric.DeliveryCpu, WorkloadName.Broadcast(1000, 64, 1), "express", 0.5),
        new(Metric.DeliveryCpu, WorkloadName.Broadcast(1000, 64, 1), "nchan", 0.85),
    ];
}
