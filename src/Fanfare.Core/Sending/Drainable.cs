namespace Fanfare;

/// <summary>Something that can stand on the list of a <see cref="DrainScheduler"/>. The one kind is <see cref="Outbox"/>.</summary>
public abstract class Drainable
{
    private protected Drainable()
    {
    }

    /// <summary>Called by a worker once it has been taken off the list. Must neither block nor throw.</summary>
    /// <param name="batch">Where its write may wait for those of others.</param>
    /// <returns>The wire whose write waits in <paramref name="batch"/>: <see cref="OnWritten"/> ends the turn then.</returns>
    internal abstract IBatchWire? OnTurn(WriteBatch? batch);

    /// <summary>Called by the worker when the write that waited in a batch has been tried. Must neither block nor throw.</summary>
    internal abstract void OnWritten(IBatchWire wire, BatchedWrite write);
}
