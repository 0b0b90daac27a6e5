using System.Text;

namespace Fanfare.SocketIO;

/// <summary>A bare Engine.IO connection, for applications that bring their own protocol. Safe to use from any thread.</summary>
public sealed class EngineConnection : IEngineHandler
{
    private readonly EngineSession _session;

    internal EngineConnection(EngineSession session)
    {
        _session = session;
    }

    /// <summary>Told of each message, one at a time, in order. It must not block.</summary>
    public event Action<EngineConnection, EngineMessage>? MessageReceived;

    /// <summary>Told once when the connection is over.</summary>
    public event Action<EngineConnection, CloseReason>? Closed;

    /// <summary>The session id; a secret.</summary>
    public string Id => _session.Sid;

    /// <summary>The transport it uses right now: <c>polling</c> or <c>websocket</c>.</summary>
    public string Transport => _session.Transport;

    /// <summary>The request that opened it.</summary>
    public RequestInfo Request => _session.Request;

    /// <summary>Queues a text message, without waiting. False when the connection is over or reads too slowly.</summary>
    public bool Send(string text) => _session.Send(EngineFrame.Text(Encoding.UTF8.GetBytes("4" + text)));

    /// <summary>Queues a binary message, without waiting. False when the connection is over or reads too slowly.</summary>
    public bool Send(ReadOnlyMemory<byte> data) => _session.Send(EngineFrame.Binary(data.Span));

    /// <summary>Closes the connection once what was queued has been sent.</summary>
    public void Close() => _session.Close(CloseReason.ForcedClose);

    /// <inheritdoc/>
    void IEngineHandler.OnText(ReadOnlySpan<byte> message) =>
        MessageReceived?.Invoke(this, new EngineMessage(message.ToArray(), false, _session.MessageHeaders));

    /// <inheritdoc/>
    void IEngineHandler.OnBinary(ReadOnlySpan<byte> message) =>
        MessageReceived?.Invoke(this, new EngineMessage(message.ToArray(), true, _session.MessageHeaders));

    /// <inheritdoc/>
    void IEngineHandler.OnReadEnd()
    {
    }

    /// <inheritdoc/>
    void IEngineHandler.OnClosed(CloseReason reason) => Closed?.Invoke(this, reason);
}
