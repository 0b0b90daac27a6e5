using System.Globalization;
using System.Text;
using Fanfare.Benchmarks.Load.Measurements;

namespace Fanfare.Benchmarks.Load.Reports;

/// <summary>The results as Markdown: a table per metric, medians with the range of the rounds, and the first server's ratio to the others.</summary>
internal static class MarkdownReport
{
    public static string Write(Results results, RunFacts facts, string chartFile)
    {
        var text = new StringBuilder();
        text.Append("# ").Append(facts.Title).Append("\n\n");
        foreach (string line in facts.Lines)
        {
            text.Append("- ").Append(line).Append('\n');
        }
        text.Append("\nMedians of the rounds, smallest and largest in brackets. How they are measured and what they mean: [benchmarks/README.md](../README.md).\n");
        text.Append("\n![The medians as bars](").Append(chartFile).Append(")\n");
        AppendGoals(text, results, facts.Goals);
        foreach (Metric metric in Metric.All)
        {
            IReadOnlyList<string> workloads = results.WorkloadsOf(metric);
            if (workloads.Count > 0)
            {
                AppendTable(text, results, facts.Servers, metric, workloads);
            }
        }
        return text.ToString();
    }

    public static string Number(double value, Metric metric) =>
        double.IsInfinity(value) ? "not kept up" : value.ToString(metric.Format, CultureInfo.InvariantCulture);

    private static void AppendGoals(StringBuilder text, Results results, IReadOnlyList<Goal> goals)
    {
        var measured = goals
            .Select(goal => (Goal: goal, Ratio: results.Ratio(goal.Metric, goal.Workload, Goal.Ours, goal.Peer)))
            .Where(row => double.IsFinite(row.Ratio))
            .ToList();
        if (measured.Count == 0)
        {
            return;
        }
        text.Append("\n## Goals\n\n");
        AppendRow(text, ["ratio of medians", "at most", "here", ""]);
        AppendRow(text, ["---", "---:", "---:", "---"]);
        foreach (var (goal, ratio) in measured)
        {
            AppendRow(text,
            [
                $"{goal.Metric.Title}, {goal.Workload}: {Goal.Ours} ÷ {goal.Peer}",
                Ratio(goal.Ratio),
                Ratio(ratio),
                ratio <= goal.Ratio ? "reached" : "missed",
            ]);
        }
    }

    private static void AppendTable(StringBuilder text, Results results, IReadOnlyList<string> servers, Metric metric, IReadOnlyList<string> workloads)
    {
        string first = servers[0];
        string[] others = [.. servers.Skip(1)];
        text.Append(CultureInfo.InvariantCulture, $"\n## {metric.Title}, {metric.Unit}\n\n{(metric.MoreIsBetter ? "More" : "Less")} is better.\n\n");
        AppendRow(text, ["workload", .. servers, .. others.Select(other => $"{first} ÷ {other}")]);
        AppendRow(text, ["---", .. Enumerable.Repeat("---:", servers.Count + others.Length)]);
        foreach (string workload in workloads)
        {
            AppendRow(text,
            [
                workload,
                .. servers.Select(server => Cell(results.Samples(metric, workload, server), metric)),
                .. others.Select(other => Ratio(results.Ratio(metric, workload, first, other))),
            ]);
        }
    }

    private static string Cell(IReadOnlyList<double> samples, Metric metric) => samples.Count switch
    {
        0 => "–",
        1 => Number(samples[0], metric),
        _ => $"{Number(Statistics.Median(samples), metric)} ({Number(samples.Min(), metric)} – {Number(samples.Max(), metric)})",
    };

    private static string Ratio(double ratio) => double.IsFinite(ratio) ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "–";

    private static void AppendRow(StringBuilder text, IEnumerable<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
