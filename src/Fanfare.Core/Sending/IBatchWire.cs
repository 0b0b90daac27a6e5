namespace Fanfare;

/// <summary>A wire whose write can wait for those of others, so that all leave with one call.</summary>
/// <remarks>Between <see cref="TryGather"/> and <see cref="OnWritten"/> the drain of the outbox goes on: nobody else drains it or reads from it.</remarks>
public interface IBatchWire : IWire
{
    /// <summary>Puts what waits in <paramref name="outbox"/> into <paramref name="batch"/>, as one write. Must neither block nor throw.</summary>
    /// <returns>Whether it did; if not, nothing has been put or taken and the outbox is drained into the wire by itself.</returns>
    bool TryGather(IOutboxReader outbox, WriteBatch batch);

    /// <summary>The write that was put into a batch has been tried: takes what was written off the outbox. Must neither block nor throw.</summary>
    /// <param name="outbox">The outbox that was gathered from.</param>
    /// <param name="write">What came of it.</param>
    DrainResult OnWritten(IOutboxReader outbox, BatchedWrite write);
}
