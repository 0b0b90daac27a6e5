namespace Fanfare.Benchmarks.Load.Measurements;

/// <summary>All samples of a run: one per round, for each metric, workload and server. Keeps the order of first appearance.</summary>
internal sealed class Results
{
    private readonly List<(Metric Metric, string Workload, string Server, List<double> Samples)> _cells = [];

    public bool IsEmpty => _cells.Count == 0;

    public void Add(Metric metric, string workload, string server, double value)
    {
        if (Find(metric, workload, server) is { } samples)
        {
            samples.Add(value);
        }
        else
        {
            _cells.Add((metric, workload, server, [value]));
        }
    }

    public IReadOnlyList<string> WorkloadsOf(Metric metric) =>
        [.. _cells.Where(c => c.Metric == metric).Select(c => c.Workload).Distinct()];

    /// <summary>The samples of the rounds; empty when there are none.</summary>
    public IReadOnlyList<double> Samples(Metric metric, string workload, string server) => Find(metric, workload, server) ?? [];

    public double Median(Metric metric, string workload, string server) => Statistics.Median(Samples(metric, workload, server));

    /// <summary>Median of <paramref name="server"/> divided by that of <paramref name="other"/>; not finite when there is none.</summary>
    public double Ratio(Metric metric, string workload, string server, string other) =>
        Median(metric, workload, server) / Median(metric, workload, other);

    private List<double>? Find(Metric metric, string workload, string server) =>
        _cells.Find(c => c.Metric == metric && c.Workload == workload && c.Server == server).Samples;
}
