namespace Fanfare;

/// <summary>A bounded, ordered log of what a namespace broadcast: stamp, and read after a position. Safe to use from any thread.</summary>
public interface IHistory
{
    /// <summary>The position of the newest entry.</summary>
    EventId Head { get; }

    /// <summary>
    /// Gives a broadcast its place. Called under the namespace's order lock, so it must be quick: a log in memory stamps at
    /// once; a remote log has stamped the broadcast before it came here (<see cref="Broadcast.Id"/>) and only remembers that.
    /// </summary>
    EventId Record(Broadcast broadcast);

    /// <summary>Reads what went to one of the reader's rooms, or to everybody, after a position.</summary>
    /// <param name="after">The position to read after.</param>
    /// <param name="query">What is asked for.</param>
    /// <param name="upTo">The last position to read.</param>
    /// <param name="limit">How many entries at most.</param>
    /// <param name="cancellationToken">Ends the wait for a remote log.</param>
    ValueTask<HistoryPage> ReadAfterAsync(EventId after, HistoryQuery query, EventId upTo, int limit, CancellationToken cancellationToken = default);
}
