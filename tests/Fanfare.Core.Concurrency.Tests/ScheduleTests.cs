using Fanfare.Core.Concurrency.Tests.Exploring;
using Fanfare.Core.Concurrency.Tests.Scenarios;

namespace Fanfare.Core.Concurrency.Tests;

/// <summary>The core under schedules that Coyote chooses: hardening row T44.</summary>
[Collection<OneAtATime>]
public sealed class ScheduleTests
{
    private const int Schedules = 200;
    private const int LongSchedules = 10_000;
    private const uint Seed = 1;

    public static TheoryData<string> Scenarios => [.. Scenario.All.Select(static scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void No_schedule_breaks_it(string scenario) => Explore(scenario, Schedules, Seed);

    [Theory]
    [MemberData(nameof(Scenarios))]
    [Trait("Category", "Long")]
    public void No_schedule_of_ten_thousand_breaks_it(string scenario) =>
        Explore(scenario, LongSchedules, (uint)Random.Shared.Next());

    private static void Explore(string name, int schedules, uint seed)
    {
        var scenario = Scenario.Named(name);
        if (Traces.Read() is { } kept)
        {
            Assert.SkipUnless(kept.Scenario == name, "Another scenario is asked for.");
            Assert.Null(Explorer.Replay(scenario, kept.Trace).Bug);
            return;
        }

        foreach (var round in Explorer.ExploreInRounds(scenario, schedules, seed))
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{round}");
            if (round.Bug is not null)
            {
                Assert.Fail($"{name}, {round}\n{round.Bug}\nRun it again with {Traces.Variable}={Traces.Keep(name, round.Trace)}");
            }

            Assert.Empty(round.Uncontrolled);
        }
    }
}
