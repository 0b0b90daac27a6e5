using System.Buffers.Text;

namespace Fanfare.Benchmarks.Load.Dialects;

/// <summary>A protocol whose members are WebSockets.</summary>
internal abstract class WebSocketDialect : Dialect
{
    /// <summary>The id of the ack that the join asks for.</summary>
    public const long JoinAckId = 0;

    /// <summary>Ends each record within a WebSocket message; null where a message is one record.</summary>
    public virtual byte? Separator => null;

    /// <summary>Sent as soon as the WebSocket is open; null where the server speaks first.</summary>
    public virtual string? Greeting => null;

    /// <summary>Sent in answer to <see cref="RecordKind.Open"/>; null where there is no such record.</summary>
    public virtual string? ConnectRequest => null;

    /// <summary>Sent in answer to <see cref="RecordKind.Ping"/>; null where WebSocket's own pings are the heartbeat.</summary>
    public virtual string? PingAnswer => null;

    /// <summary>How often the client sends <see cref="PingAnswer"/> unasked; null where only the server starts heartbeats.</summary>
    public virtual TimeSpan? KeepAliveInterval => null;

    /// <summary>Joins the room and asks for an ack with id <see cref="JoinAckId"/>; null where whoever is connected is in the room.</summary>
    public abstract string? Join(string room);

    /// <summary>The ack id of a record of kind <see cref="RecordKind.Ack"/>; -1 if it cannot be read.</summary>
    public abstract long ReadAckId(ReadOnlySpan<byte> record);

    /// <summary>The number behind <paramref name="key"/>; -1 if there is none.</summary>
    protected static long ReadNumber(ReadOnlySpan<byte> record, ReadOnlySpan<byte> key)
    {
        int start = record.IndexOf(key);
        return start >= 0 && Utf8Parser.TryParse(record[(start + key.Length)..], out long number, out _) ? number : -1;
    }
}
