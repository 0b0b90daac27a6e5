using Fanfare.Core.Concurrency.Tests.Exploring;
using Fanfare.Core.Concurrency.Tests.Scenarios;

namespace Fanfare.Core.Concurrency.Tests;

/// <summary>That the schedules find what they are to find: each fault that the build weaves into the core (Weaving/Changes.props).</summary>
[Collection<OneAtATime>]
public sealed class FaultTests : IDisposable
{
    private const int Schedules = 2000;
    private const uint Seed = 1;

    public static TheoryData<string, string> Woven => [.. Faults.All.Select(static fault => new TheoryDataRow<string, string>(fault.Name, fault.Scenario))];

    public void Dispose() => Faults.TurnOn(null);

    [Theory]
    [MemberData(nameof(Woven))]
    public void A_fault_is_found_and_its_schedule_repeated(string fault, string scenario)
    {
        Faults.TurnOn(fault);
        var found = Explorer.ExploreInRounds(Scenario.Named(scenario), Schedules, Seed).FirstOrDefault(static round => round.Bug is not null);
        Assert.True(found is not null, "No schedule found it.");

        var repeated = Explorer.Replay(Scenario.Named(scenario), found.Trace);
        TestContext.Current.TestOutputHelper?.WriteLine($"{found}\n{found.Bug}\n{repeated.Bug}");
        Assert.NotNull(repeated.Bug);
    }
}
