namespace Fanfare.SocketIO;

/// <summary>What a client reads when an Engine.IO request is refused.</summary>
/// <remarks>Engine.IO v4, "HTTP long-polling"; protocol notes 1.1.</remarks>
internal enum EngineError
{
    TransportUnknown = 0,
    SessionUnknown = 1,
    BadHandshakeMethod = 2,
    BadRequest = 3,
    Forbidden = 4,
    UnsupportedVersion = 5,
}
