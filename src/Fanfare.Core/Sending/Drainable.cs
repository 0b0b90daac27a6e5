namespace Fanfare;

/// <summary>Something that can stand on the list of a <see cref="DrainScheduler"/>. The one kind is <see cref="Outbox"/>.</summary>
public abstract class Drainable
{
    private protected Drainable()
    {
    }

    /// <summary>Called by a worker once it has been taken off the list. Must neither block nor throw.</summary>
    internal abstract void OnTurn();
}
