namespace Fanfare.Benchmarks.Load.Workloads;

/// <summary>A message was lost, doubled, changed or out of order, or did not come in time. No number of the run is worth anything.</summary>
internal sealed class WorkloadException(string message) : Exception(message);
