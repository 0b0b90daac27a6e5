namespace Fanfare.Core.Concurrency.Tests.Exploring;

/// <summary>Faults and the stand-in of the thread pool are static: there is one exploration at a time.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class OneAtATime;
