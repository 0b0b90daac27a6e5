namespace Fanfare.Core.Concurrency.Tests.Scenarios;

/// <summary>Something that happens on several threads at once and checks itself, whichever goes on when.</summary>
internal sealed record Scenario(string Name, Action Run)
{
    public static IReadOnlyList<Scenario> All { get; } = [.. JoinScenarios.All, .. ConnectionScenarios.All, .. SessionScenarios.All, .. OutboxScenarios.All];

    public static Scenario Named(string name) => All.Single(scenario => scenario.Name == name);
}
