namespace Fanfare;

/// <summary>Something an outbox is drained into: a socket, a pending poll, an event stream.</summary>
public interface IWire
{
    /// <summary>
    /// Takes what waits in <paramref name="outbox"/>, as much as it can without waiting. Called by one thread at a time; it must neither block nor throw.
    /// It may be asked early (a late <see cref="IOutboxReader.Resume"/> of a wire replaced since): while busy it answers <see cref="DrainResult.PartlyTaken"/> again.
    /// </summary>
    DrainResult Drain(IOutboxReader outbox);
}
