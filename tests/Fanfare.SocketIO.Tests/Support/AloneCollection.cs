namespace Fanfare.SocketIO.Tests;

/// <summary>Tests that measure the process (memory, handles, time): no others run beside them.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class AloneCollection;
