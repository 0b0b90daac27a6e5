namespace Fanfare.Journeys.Tests;

/// <summary>Tests that measure time: no others run beside them.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class AloneCollection;
