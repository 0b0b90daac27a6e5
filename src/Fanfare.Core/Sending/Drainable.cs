namespace Fanfare;

/// <summary>Something that can stand on the ready list of a <see cref="DrainScheduler"/>; it is its own entry there. The one kind is <see cref="Outbox"/>.</summary>
public abstract class Drainable
{
    private protected Drainable()
    {
    }

    /// <summary>The next one on the ready list; belongs to the scheduler.</summary>
    internal Drainable? NextReady { get; set; }

    /// <summary>Called by a worker once it has been taken off the list. Must neither block nor throw.</summary>
    internal abstract void OnTurn();
}
