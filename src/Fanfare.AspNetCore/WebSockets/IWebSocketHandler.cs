namespace Fanfare.AspNetCore;

/// <summary>Takes what comes over one WebSocket. Calls come one at a time, in order, from the connection's reading loop; they must not block. Spans are valid during the call only.</summary>
public interface IWebSocketHandler
{
    /// <summary>A whole text message, valid UTF-8.</summary>
    void OnText(ReadOnlySpan<byte> utf8);

    /// <summary>A whole binary message.</summary>
    void OnBinary(ReadOnlySpan<byte> data);

    /// <summary>The answer to a ping of ours, or an unasked-for pong.</summary>
    void OnPong(ReadOnlySpan<byte> payload)
    {
    }

    /// <summary>All messages that one read brought were handed over.</summary>
    void OnReadEnd()
    {
    }

    /// <summary>Told once, when the end is certain, and nothing else is told after it. The socket itself may still be closing. May come from another thread than messages.</summary>
    void OnClosed(WebSocketEnd end);
}
