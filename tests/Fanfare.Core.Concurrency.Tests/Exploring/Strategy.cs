using Microsoft.Coyote;

namespace Fanfare.Core.Concurrency.Tests.Exploring;

/// <summary>How the next thread is chosen, and where.</summary>
internal sealed record Strategy(string Name, Func<Configuration, Configuration> Apply)
{
    /// <summary>By turns: at random, seldom changing, by changing priorities, by delays. At locks, atomic operations, and where threads begin and end.</summary>
    public static Strategy Portfolio { get; } = new("portfolio", static configuration => configuration);

    /// <summary>PCT (Burckhardt and others, 2010): the thread of highest priority runs, and priorities change at few points.</summary>
    public static Strategy Priorities { get; } = new("priorities", static configuration => configuration.WithPrioritizationStrategy(isFair: false, priorityChangeBound: 3));

    /// <summary>As <see cref="Portfolio"/>, at every access to a field too: for what is read without a lock.</summary>
    public static Strategy Fields { get; } = new("fields", static configuration => configuration.WithMemoryAccessRaceCheckingEnabled());

    /// <summary>One round of exploring: half of the schedules between locks, a quarter by priorities, a quarter between fields.</summary>
    public static IReadOnlyList<(Strategy Strategy, int Quarters)> Round { get; } = [(Portfolio, 2), (Priorities, 1), (Fields, 1)];
}
