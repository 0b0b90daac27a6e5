using System.Runtime.CompilerServices;
using Fanfare.Core.Concurrency.Tests.Scenarios;
using Microsoft.Coyote;
using Microsoft.Coyote.SystematicTesting;

namespace Fanfare.Core.Concurrency.Tests.Exploring;

/// <summary>Runs a scenario under many schedules, each chosen by Coyote, until one breaks it.</summary>
internal static class Explorer
{
    private const int MaxPoints = 10_000;
    private const int SchedulesPerRound = 200;
    private const uint BlockedMilliseconds = 60_000;

    static Explorer()
    {
        // Who waits for a static constructor waits outside of Coyote's control.
        foreach (var type in typeof(Explorer).Assembly.GetTypes().Where(static type => !type.ContainsGenericParameters))
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        }

        Arguments.Of(1).Get<int>(0);
    }

    /// <summary>Explores in rounds of all strategies, each with seeds of its own.</summary>
    public static IEnumerable<Exploration> ExploreInRounds(Scenario scenario, int schedules, uint seed)
    {
        for (var done = 0; done < schedules; done += SchedulesPerRound)
        {
            foreach (var (strategy, quarters) in Strategy.Round)
            {
                // The seed counts up with each schedule.
                yield return Explore(scenario, strategy, Math.Min(SchedulesPerRound, schedules - done) * quarters / 4, seed + (uint)done);
            }
        }
    }

    public static Exploration Explore(Scenario scenario, Strategy strategy, int schedules, uint seed) =>
        Run(scenario, strategy, seed, strategy.Apply(NewConfiguration()).WithTestingIterations((uint)schedules).WithRandomGeneratorSeed(seed));

    /// <summary>Runs the one schedule that a trace tells.</summary>
    public static Exploration Replay(Scenario scenario, string trace) =>
        Run(scenario, Strategy.Portfolio, 0, NewConfiguration().WithReproducibleTrace(trace));

    private static Exploration Run(Scenario scenario, Strategy strategy, uint seed, Configuration configuration)
    {
        using var engine = TestingEngine.Create(configuration, scenario.Run);
        Assert.True(engine.IsTestRewritten(), "The build did not rewrite this assembly for Coyote.");
        engine.Run();
        return new Exploration(strategy, seed, engine.TestReport, engine.ReproducibleTrace);
    }

    private static Configuration NewConfiguration() => Configuration.Create()
        .WithTelemetryEnabled(false)
        .WithPartiallyControlledConcurrencyAllowed(false)
        .WithMaxSchedulingSteps(MaxPoints)
        .WithFailureOnMaxStepsBoundEnabled()
        // That nothing can go on is seen from the schedule. The clock is for threads that block where Coyote does not see it.
        .WithDeadlockTimeout(BlockedMilliseconds)
        .WithTraceAnalysisEnabled(false);
}
