namespace Fanfare.AspNetCore;

/// <summary>One client of an endpoint mapped with <see cref="WebSocketEndpoints.MapWebSocket"/>: what is sent to it. Safe to use from any thread.</summary>
public sealed class WebSocketPeer : IWebSocketHandler
{
    private readonly Outbox _outbox;
    private readonly WebSocketConnection _connection;
    private readonly IWebSocketHandler _handler;

    internal WebSocketPeer(
        WebSocketTransport transport,
        WebSocketEndpointOptions options,
        DrainScheduler scheduler,
        Func<WebSocketPeer, IWebSocketHandler> accept)
    {
        _outbox = new Outbox(options.Outbox, scheduler, static outbox => ((WebSocketPeer)outbox.Owner!).CutSlowReader(), this);
        _connection = new WebSocketConnection(transport, _outbox, this, options.Limits, scheduler.Wheel);
        _handler = accept(this);
    }

    /// <summary>Whether frames are written straight to the socket by now.</summary>
    internal bool IsDirect => _connection.IsDirect;

    /// <summary>Queues a text message, without waiting.</summary>
    /// <param name="utf8">The text; it must be valid UTF-8, which is not checked. Copied.</param>
    /// <param name="isVolatile">Whether it may be dropped when the client is slow.</param>
    public EnqueueResult SendText(ReadOnlySpan<byte> utf8, bool isVolatile = false) => Send(new OutboundFrame(ServerFrame.Text(utf8)), isVolatile);

    /// <summary>Queues a binary message, without waiting.</summary>
    /// <param name="data">The message. Copied.</param>
    /// <param name="isVolatile">Whether it may be dropped when the client is slow.</param>
    public EnqueueResult SendBinary(ReadOnlySpan<byte> data, bool isVolatile = false) => Send(new OutboundFrame(ServerFrame.Binary(data)), isVolatile);

    /// <summary>Queues a frame made with <see cref="ServerFrame"/>, so that many clients can be sent the same one.</summary>
    public EnqueueResult Send(OutboundFrame frame, bool isVolatile = false) => _outbox.TryEnqueue(frame, isVolatile);

    /// <inheritdoc cref="WebSocketConnection.Ping"/>
    public void Ping(ReadOnlySpan<byte> payload = default) => _connection.Ping(payload);

    /// <inheritdoc cref="WebSocketConnection.PauseReading"/>
    public void PauseReading() => _connection.PauseReading();

    /// <inheritdoc cref="WebSocketConnection.ResumeReading"/>
    public void ResumeReading() => _connection.ResumeReading();

    /// <inheritdoc cref="WebSocketConnection.CloseAsync"/>
    public Task CloseAsync(int? code = null, string reason = "") => _connection.CloseAsync(code, reason);

    /// <inheritdoc cref="WebSocketConnection.Abort"/>
    public void Abort() => _connection.Abort();

    /// <inheritdoc/>
    void IWebSocketHandler.OnText(ReadOnlySpan<byte> utf8) => _handler.OnText(utf8);

    /// <inheritdoc/>
    void IWebSocketHandler.OnBinary(ReadOnlySpan<byte> data) => _handler.OnBinary(data);

    /// <inheritdoc/>
    void IWebSocketHandler.OnPong(ReadOnlySpan<byte> payload) => _handler.OnPong(payload);

    /// <inheritdoc/>
    void IWebSocketHandler.OnClosed(WebSocketEnd end)
    {
        _outbox.Complete();
        _handler.OnClosed(end);
    }

    internal Task RunAsync() => _connection.RunAsync();

    private void CutSlowReader() => _connection.Cut(1008, "slow consumer");
}
