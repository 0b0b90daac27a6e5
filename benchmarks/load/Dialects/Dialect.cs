namespace Fanfare.Benchmarks.Load.Dialects;

/// <summary>
/// What the generator must know of a server's protocol: how to get in, how to join, what to send, and how to tell what comes
/// back, from the first bytes alone. Stateless; one object serves all connections.
/// </summary>
internal abstract class Dialect
{
    /// <summary>The id of the ack that the join asks for.</summary>
    public const long JoinAckId = 0;

    /// <summary>The name used on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Path and query of the WebSocket request.</summary>
    public abstract string RequestTarget { get; }

    /// <summary>Ends each record within a WebSocket message; null where a message is one record.</summary>
    public virtual byte? Separator => null;

    /// <summary>Sent as soon as the WebSocket is open; null where the server speaks first.</summary>
    public virtual string? Greeting => null;

    /// <summary>Sent in answer to <see cref="RecordKind.Open"/>; null where there is no such record.</summary>
    public virtual string? ConnectRequest => null;

    /// <summary>Sent in answer to <see cref="RecordKind.Ping"/>.</summary>
    public abstract string PingAnswer { get; }

    /// <summary>How often the client sends <see cref="PingAnswer"/> unasked; null where only the server starts heartbeats.</summary>
    public virtual TimeSpan? KeepAliveInterval => null;

    public abstract RecordKind Classify(ReadOnlySpan<byte> record);

    /// <summary>The ack id of a record of kind <see cref="RecordKind.Ack"/>; -1 if it cannot be read.</summary>
    public abstract long ReadAckId(ReadOnlySpan<byte> record);

    /// <summary>Joins the room and asks for an ack with id <see cref="JoinAckId"/>.</summary>
    public abstract string Join(string room);

    /// <summary>An event that the server emits to the whole room.</summary>
    public abstract EventTemplate Message(string room, SequencedContent content);

    /// <summary>An event whose ack brings the content back.</summary>
    public abstract EventTemplate Echo(SequencedContent content);

    /// <summary>The number at the start of <paramref name="text"/>; -1 if there is none.</summary>
    protected static long ReadNumber(ReadOnlySpan<byte> text) =>
        System.Buffers.Text.Utf8Parser.TryParse(text, out long number, out _) ? number : -1;
}
