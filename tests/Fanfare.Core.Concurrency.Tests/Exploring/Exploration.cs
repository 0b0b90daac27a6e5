using Microsoft.Coyote.SystematicTesting;

namespace Fanfare.Core.Concurrency.Tests.Exploring;

/// <summary>What came of exploring a scenario.</summary>
internal sealed class Exploration(Strategy strategy, uint seed, TestReport report, string trace)
{
    public Strategy Strategy { get; } = strategy;

    /// <summary>What went wrong in the last schedule, or <see langword="null"/>.</summary>
    public string? Bug { get; } = report.BugReports.FirstOrDefault() ?? report.InternalErrors.FirstOrDefault();

    /// <summary>The last schedule, where it broke something.</summary>
    public string Trace { get; } = trace;

    public int Schedules { get; } = report.NumOfExploredFairPaths + report.NumOfExploredUnfairPaths;

    /// <summary>Schedules that differ in who went on at some point.</summary>
    public int Distinct { get; } = report.CoverageInfo.ExploredPaths.Count;

    /// <summary>Points at which another thread could have gone on, in all schedules.</summary>
    public long Points { get; } = (long)report.TotalExploredFairSteps + report.TotalExploredUnfairSteps;

    /// <summary>Calls that Coyote does not control; a schedule with one may not repeat.</summary>
    public IReadOnlyCollection<string> Uncontrolled { get; } = report.UncontrolledInvocations;

    public override string ToString() =>
        $"{Strategy.Name}, seed {seed}: {Schedules} schedules, {Distinct} distinct, {Points / Math.Max(1, Schedules)} points each";
}
