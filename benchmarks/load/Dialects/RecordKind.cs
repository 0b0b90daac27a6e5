namespace Fanfare.Benchmarks.Load.Dialects;

/// <summary>What one message of a server is to the generator.</summary>
internal enum RecordKind
{
    /// <summary>The server greets; the client may ask to be let in.</summary>
    Open,

    /// <summary>The client is let in; it may join.</summary>
    Connected,

    /// <summary>An event that somebody emitted.</summary>
    Delivery,

    /// <summary>The answer to an event that asked for one.</summary>
    Ack,

    /// <summary>A heartbeat that wants <see cref="Dialect.PingAnswer"/>.</summary>
    Ping,

    /// <summary>Refusal, disconnect, error: the run ends.</summary>
    Failure,
}
