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

    /// <summary>A heartbeat that wants <see cref="WebSocketDialect.PingAnswer"/>.</summary>
    Ping,

    /// <summary>A heartbeat or a setting that wants no answer.</summary>
    Idle,

    /// <summary>Refusal, disconnect, error: the run ends.</summary>
    Failure,
}
