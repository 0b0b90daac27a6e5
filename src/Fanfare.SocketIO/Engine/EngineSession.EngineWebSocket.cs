using Fanfare.AspNetCore;
using Microsoft.Extensions.Logging;

namespace Fanfare.SocketIO;

/// <summary>The WebSocket that carries a session: frames in, packets to the session.</summary>
internal sealed partial class EngineWebSocket(EngineSession session, EngineScope scope) : IWebSocketHandler
{
    /// <summary>The reason by which the WebSocket layer tells this limit from that of bytes: both are 1009.</summary>
    private const string TooManyFragments = "too many fragments";

    private WebSocketConnection? _connection;

    /// <summary>Serves the session with this connection from now on; its outbox is drained into it.</summary>
    public void Use(WebSocketConnection connection) => _connection = connection;

    /// <summary>Lets the session's outbox be drained into the WebSocket.</summary>
    public void TakeOver() => _connection!.SwitchTo(session.Outbox);

    public void OnText(ReadOnlySpan<byte> utf8) => session.ReceiveFrame(utf8);

    public void OnBinary(ReadOnlySpan<byte> data) => session.ReceiveBinaryFrame(data);

    public void OnReadEnd() => session.EndRead();

    public void OnClosed(WebSocketEnd end)
    {
        if (end.Kind == WebSocketEndKind.TooBig)
        {
            Refuse(end.Reason == TooManyFragments);
        }

        session.Fail(end.Kind is WebSocketEndKind.ProtocolError or WebSocketEndKind.TooBig ? CloseReason.TransportError : CloseReason.TransportClose);
    }

    public void PauseReading() => _connection?.PauseReading();

    public void ResumeReading() => _connection?.ResumeReading();

    /// <summary>Ends the WebSocket. A peer that does not answer, or does not read, is not asked politely; one that floods is not read until it has answered.</summary>
    public void Close(CloseReason reason)
    {
        if (reason == CloseReason.PingTimeout || reason == CloseReason.SlowConsumer || reason == CloseReason.RateLimited)
        {
            _connection!.Abort();
        }
        else
        {
            _ = _connection!.CloseAsync();
        }
    }

    private void Refuse(bool isForFragments)
    {
        if (isForFragments)
        {
            if (scope.Metrics.Refused(FanfareMetrics.Limit.Fragments))
            {
                Log.TooManyFragments(scope.Logger, session.Sid, scope.WebSocketLimits.MaxFragments);
            }
        }
        else if (scope.Metrics.Refused(FanfareMetrics.Limit.MessageBytes))
        {
            Log.MessageTooLarge(scope.Logger, session.Sid, scope.WebSocketLimits.MaxMessageBytes);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(341, LogLevel.Information, "A WebSocket message for session {SessionId} is larger than {Limit} bytes; the connection was closed.", EventName = "MessageTooLarge")]
        public static partial void MessageTooLarge(ILogger logger, string sessionId, int limit);

        [LoggerMessage(342, LogLevel.Information, "A WebSocket message for session {SessionId} is in more than {Limit} fragments; the connection was closed.", EventName = "TooManyFragments")]
        public static partial void TooManyFragments(ILogger logger, string sessionId, int limit);
    }
}
