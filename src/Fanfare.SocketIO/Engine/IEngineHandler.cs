namespace Fanfare.SocketIO;

/// <summary>What an Engine.IO session serves: Socket.IO, or an application that speaks Engine.IO bare. Calls come one at a time, in order; they must not block.</summary>
internal interface IEngineHandler
{
    /// <summary>A text message; the span is valid during the call.</summary>
    void OnText(ReadOnlySpan<byte> message);

    /// <summary>A binary message; the span is valid during the call.</summary>
    void OnBinary(ReadOnlySpan<byte> message);

    /// <summary>All messages of one request, or of one read of a WebSocket, were handed over.</summary>
    void OnReadEnd();

    /// <summary>Told once: the session is over.</summary>
    void OnClosed(CloseReason reason);
}
