namespace Fanfare.Benchmarks.Load.Measurements;

/// <summary>What one operation cost in a window: CPU times in microseconds, all threads.</summary>
internal sealed record Cost(double PerSecond, double ServerMicroseconds, double GeneratorMicroseconds);
