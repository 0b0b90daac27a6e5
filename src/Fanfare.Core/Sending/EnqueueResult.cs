namespace Fanfare;

/// <summary>What an <see cref="Outbox"/> answers to a frame.</summary>
public enum EnqueueResult
{
    /// <summary>The frame waits and will be sent in its turn.</summary>
    Accepted,

    /// <summary>The frame was volatile and the wire busy: it is lost, as its sender allowed.</summary>
    Dropped,

    /// <summary>A bound is passed: the frame was not taken, nor will any later one be, and the owner has been told.</summary>
    Full,

    /// <summary>The outbox takes nothing any more.</summary>
    Closed,
}
