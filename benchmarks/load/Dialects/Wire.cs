namespace Fanfare.Benchmarks.Load.Dialects;

/// <summary>What is compared with what: servers on one wire do the same work for the same kind of client.</summary>
internal enum Wire
{
    /// <summary>Socket.IO, and SignalR as its peer.</summary>
    SocketIO,

    /// <summary>JSON over bare WebSockets.</summary>
    Plain,

    /// <summary>Event streams, published to over HTTP.</summary>
    Events,
}
