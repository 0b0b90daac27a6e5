namespace Fanfare;

/// <summary>Makes the batches of the workers of a <see cref="DrainScheduler"/>, one for each. Safe to use from any thread.</summary>
public interface IWriteBatchFactory
{
    /// <summary>Makes a batch; <see langword="null"/> where this machine cannot write for several connections with one call.</summary>
    WriteBatch? TryCreate();
}
