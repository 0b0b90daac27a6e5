namespace Fanfare;

/// <summary>Gathers writes of several wires and makes them with one call. Used by one thread at a time.</summary>
public abstract class WriteBatch : IDisposable
{
    /// <summary>Writes all that was gathered, as far as it can be taken without waiting, and is empty again. Must neither block nor throw.</summary>
    /// <returns>What came of each write, in the order in which they were gathered; valid until the next one is.</returns>
    public abstract ReadOnlySpan<BatchedWrite> Write();

    /// <summary>Lets go what the batch holds. Nothing may be gathered or written afterwards.</summary>
    public abstract void Dispose();
}
