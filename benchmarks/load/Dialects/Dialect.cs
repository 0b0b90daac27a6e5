namespace Fanfare.Benchmarks.Load.Dialects;

/// <summary>
/// What the generator must know of a server's protocol: how to get in, what to send, and how to tell what comes back, from the
/// first bytes alone. Stateless; one object serves all connections.
/// </summary>
internal abstract class Dialect
{
    /// <summary>The name used on the command line.</summary>
    public abstract string Name { get; }

    public abstract Wire Wire { get; }

    /// <summary>Path and query that a member asks for.</summary>
    public abstract string RequestTarget { get; }

    /// <summary>Messages are requests on a connection of their own; else a member sends them on its WebSocket.</summary>
    public virtual bool PublishesByPost => false;

    public abstract RecordKind Classify(ReadOnlySpan<byte> record);

    /// <summary>A message that the server sends to the whole room.</summary>
    public abstract EventTemplate Message(string room, SequencedContent content);

    /// <summary>An event whose ack brings the content back; null where there is no such thing.</summary>
    public virtual EventTemplate? Echo(SequencedContent content) => null;
}
