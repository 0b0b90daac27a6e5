using System.Buffers;
using System.Buffers.Text;
using System.Security.Claims;
using Fanfare.SocketIO.Protocol;
using Microsoft.Extensions.Logging;

namespace Fanfare.SocketIO;

/// <summary>One Engine.IO session, whatever transport carries it: heartbeat, outbox, close. It is its own heartbeat deadline. Safe to use from any thread.</summary>
/// <remarks>The object is its own lock: a Lock would cost every idle connection 40 bytes. Engine.IO v4. The outbox is the session's, so an upgrade only changes which wire drains it.</remarks>
internal sealed partial class EngineSession : Deadline
{
    /// <summary>How long a session that the server closed waits for the poll that tells it so.</summary>
    private static readonly TimeSpan LastPollTimeout = TimeSpan.FromSeconds(30);

    private readonly EngineScope _scope;
    private IEngineHandler? _handler;
    private SessionRateGate? _rate;
    private TaskCompletionSource? _readable;
    private Phase _phase;
    private int _pauses;
    private bool _isReadingPayload;

    public EngineSession(string sid, EngineScope scope, RequestInfo request)
    {
        Sid = sid;
        Request = request;
        _scope = scope;
        Outbox = new Outbox(scope.OutboxLimits, scope.Scheduler, static outbox => ((EngineSession)outbox.Owner!).OnSlow(outbox), this);
    }

    private enum Phase : byte
    {
        Open,

        /// <summary>Closed by the server; a last poll may still learn of it.</summary>
        Closing,

        Closed,
    }

    public string Sid { get; }

    public RequestInfo Request { get; }

    public Outbox Outbox { get; }

    /// <summary>The HTTP side, while the session is on polling or may still get a last poll.</summary>
    public PollingTransport? Polling { get; private set; }

    /// <summary>The WebSocket, once it carries the session.</summary>
    public EngineWebSocket? WebSocket { get; private set; }

    /// <summary>The upgrade that is under way.</summary>
    public UpgradeAttempt? Upgrade { get; private set; }

    public string Transport => WebSocket is null ? EngineOptions.Polling : EngineOptions.WebSocket;

    public bool IsOpen => _phase == Phase.Open;

    /// <summary>The headers of the request that carried the message being handled; <see langword="null"/> over WebSocket.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? MessageHeaders { get; private set; }

    /// <summary>Whether a request of this user may touch the session: a leaked sid must not let others end it.</summary>
    public bool BelongsTo(ClaimsPrincipal? user) => User.FromPrincipal(user).IsSameAs(User.FromPrincipal(Request.Principal));

    public void Start(IEngineHandler handler, PollingTransport polling)
    {
        _handler = handler;
        Polling = polling;
        Outbox.Attach(polling);
        Begin();
    }

    public void Start(IEngineHandler handler, EngineWebSocket webSocket)
    {
        _handler = handler;
        WebSocket = webSocket;
        Begin();
    }

    /// <summary>Queues packets, without waiting.</summary>
    public bool Send(EngineFrame frame, bool isVolatile = false)
    {
        switch (Outbox.TryEnqueue(frame, isVolatile))
        {
            case EnqueueResult.Accepted:
                return true;
            case EnqueueResult.Dropped:
                _scope.Metrics.Dropped();
                return false;
            default:
                return false;
        }
    }

    /// <summary>Takes one text frame of the WebSocket.</summary>
    public void ReceiveFrame(ReadOnlySpan<byte> frame)
    {
        if (frame.StartsWith("b"u8))
        {
            ReceiveBase64(frame[1..]);
            return;
        }

        if (!EnginePacketReader.TryRead(frame, out var type, out var data))
        {
            Fail(CloseReason.ParseError);
            return;
        }

        Receive(type, data, isBinary: false);
    }

    /// <summary>Takes one binary frame of the WebSocket.</summary>
    public void ReceiveBinaryFrame(ReadOnlySpan<byte> data) => Receive(EnginePacketType.Message, data, isBinary: true);

    /// <summary>The frames of one read of the WebSocket were all taken.</summary>
    public void EndRead() => _handler!.OnReadEnd();

    /// <summary>Takes the body of a POST; it is decoded in place. False when it could not be read: the session is closed then.</summary>
    public async ValueTask<bool> ReceivePayloadAsync(Memory<byte> body, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        lock (this)
        {
            _isReadingPayload = true;
            WebSocket?.PauseReading();
        }

        try
        {
            return await ReadPayloadAsync(new EnginePayloadReader(body), headers).ConfigureAwait(false);
        }
        finally
        {
            lock (this)
            {
                _isReadingPayload = false;
                ReadWebSocketIfMay();
            }
        }
    }

    /// <summary>Closes the session from the server's side; a client on polling learns it with its next poll.</summary>
    public void Close(CloseReason reason) => End(reason, waitsForPoll: true);

    /// <summary>Closes the session because the client broke a rule or is gone: its sid is unknown from now on.</summary>
    public void Fail(CloseReason reason) => End(reason, waitsForPoll: false);

    /// <summary>The last poll has been answered, or none came: the sid is unknown from now on.</summary>
    public void Forget()
    {
        lock (this)
        {
            if (_phase == Phase.Closed)
            {
                return;
            }

            _phase = Phase.Closed;
        }

        _scope.Wheel.Cancel(this);
        _scope.Forget(Sid, Request);
    }

    /// <summary>Makes the upgrade the one that is under way; false when there is one, or was one.</summary>
    public bool TryBeginUpgrade(UpgradeAttempt upgrade)
    {
        lock (this)
        {
            if (_phase != Phase.Open || Upgrade is not null || WebSocket is not null)
            {
                return false;
            }

            Upgrade = upgrade;
            return true;
        }
    }

    /// <summary>The upgrade is over without success: the session goes on as it was.</summary>
    public void EndUpgrade(UpgradeAttempt upgrade)
    {
        lock (this)
        {
            if (ReferenceEquals(Upgrade, upgrade))
            {
                Upgrade = null;
            }
        }
    }

    /// <summary>From here on all packets take the WebSocket.</summary>
    public bool CompleteUpgrade(UpgradeAttempt upgrade, EngineWebSocket webSocket)
    {
        PollingTransport? polling;
        bool owesPing;
        lock (this)
        {
            if (_phase != Phase.Open || !ReferenceEquals(Upgrade, upgrade))
            {
                return false;
            }

            Upgrade = null;
            WebSocket = webSocket;
            polling = Polling;
            Polling = null;
            owesPing = polling?.TakeOwedPing() == true;
            if (_pauses > 0 || _isReadingPayload)
            {
                // Packets are read by one at a time, and who may not be read is not read here either.
                webSocket.PauseReading();
            }
        }

        webSocket.TakeOver();
        if (owesPing)
        {
            Send(EngineFrame.Ping);
        }

        polling?.EndWithNoop();
        _scope.Metrics.Session(EngineOptions.Polling, -1);
        _scope.Metrics.Session(EngineOptions.WebSocket, 1);
        Log.Upgraded(_scope.Logger, Sid);
        return true;
    }

    /// <summary>Stops reading from the client; calls are counted.</summary>
    public void PauseReading()
    {
        lock (this)
        {
            if (++_pauses == 1)
            {
                WebSocket?.PauseReading();
            }
        }
    }

    /// <summary>Ends a <see cref="PauseReading"/>; the last one lets the client be read again.</summary>
    public void ResumeReading()
    {
        lock (this)
        {
            if (--_pauses > 0)
            {
                return;
            }

            ReadWebSocketIfMay();
        }

        Interlocked.Exchange(ref _readable, null)?.TrySetResult();
    }

    /// <summary>Completes when the client may be read further: the answer to a POST waits for it.</summary>
    public Task WhenReadableAsync()
    {
        if (Volatile.Read(ref _pauses) == 0 || !IsOpen)
        {
            return Task.CompletedTask;
        }

        var readable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        readable = Interlocked.CompareExchange(ref _readable, readable, null) ?? readable;
        if (Volatile.Read(ref _pauses) == 0 || !IsOpen)
        {
            readable.TrySetResult();
        }

        return readable.Task;
    }

    /// <summary>Clients that cannot send binary frames send base64 in a text frame, as they do by polling.</summary>
    private void ReceiveBase64(ReadOnlySpan<byte> text)
    {
        var data = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(text.Length));
        try
        {
            if (Base64.DecodeFromUtf8(text, data, out var consumed, out var written) == OperationStatus.Done && consumed == text.Length)
            {
                ReceiveBinaryFrame(data.AsSpan(0, written));
            }
            else
            {
                Fail(CloseReason.ParseError);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(data);
        }
    }

    /// <summary>Under the lock.</summary>
    private void ReadWebSocketIfMay()
    {
        if (_pauses == 0 && !_isReadingPayload)
        {
            WebSocket?.ResumeReading();
        }
    }

    private void Begin()
    {
        _scope.Metrics.Session(Transport, 1);
        Log.Opened(_scope.Logger, Sid, Transport);
    }

    private void Receive(EnginePacketType type, ReadOnlySpan<byte> data, bool isBinary)
    {
        if (!IsOpen)
        {
            return;
        }

        Account(data.Length);
        switch (type)
        {
            case EnginePacketType.Message:
                _scope.Metrics.Received(Transport, 1);
                if (isBinary)
                {
                    _handler!.OnBinary(data);
                }
                else
                {
                    _handler!.OnText(data);
                }

                break;
            case EnginePacketType.Pong:
                if (_awaitsPong)
                {
                    AwaitPing();
                }

                break;
            case EnginePacketType.Ping:
                // Only servers ping in version 4.
                Fail(CloseReason.TransportError);
                break;
            case EnginePacketType.Close:
                Polling?.EndWithNoop();
                Fail(CloseReason.TransportClose);
                break;
        }
    }

    private void Account(int bytes)
    {
        if (_scope.RateLimits.IsUnlimited)
        {
            return;
        }

        _rate ??= new SessionRateGate(this, _scope);
        _rate.Take(bytes);
    }

    private async ValueTask<bool> ReadPayloadAsync(EnginePayloadReader reader, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        while (IsOpen && reader.TryRead(out var packet))
        {
            MessageHeaders = headers;
            Receive(packet.Type, packet.Data.Span, packet.IsBinary);
            MessageHeaders = null;
            if (Outbox.IsHalfFull)
            {
                // One body may hold thousands of packets, whose answers together would be more than may wait for a client: polls come first.
                await Outbox.WhenEmptyAsync().ConfigureAwait(false);
            }

            await WhenReadableAsync().ConfigureAwait(false);
        }

        _handler!.OnReadEnd();
        if (reader.Error == ProtocolError.None)
        {
            return true;
        }

        Fail(CloseReason.ParseError);
        return false;
    }

    private void End(CloseReason reason, bool waitsForPoll)
    {
        UpgradeAttempt? upgrade;
        lock (this)
        {
            if (_phase != Phase.Open)
            {
                return;
            }

            _phase = Phase.Closing;
            upgrade = Upgrade;
            Upgrade = null;
        }

        _scope.Wheel.Cancel(this);
        _rate?.Stop();
        _scope.Metrics.Session(Transport, -1);
        Log.Closed(_scope.Logger, Sid, reason);
        upgrade?.Abandon();
        _handler!.OnClosed(reason);
        Outbox.Complete();
        Interlocked.Exchange(ref _readable, null)?.TrySetResult();
        if (Polling is not { } polling)
        {
            WebSocket!.Close(reason);
            Forget();
        }
        else if (waitsForPoll && !polling.IsFinished)
        {
            _scope.Wheel.Schedule(this, LastPollTimeout);
        }
        else
        {
            Forget();
            polling.EndWithClose();
        }
    }

    private void OnSlow(Outbox outbox)
    {
        if (_scope.Metrics.Refused(FanfareMetrics.Limit.Outbox))
        {
            Log.SlowConsumer(_scope.Logger, Sid, outbox.PassedBound, outbox.QueuedCount, outbox.QueuedBytes);
        }

        Close(CloseReason.SlowConsumer);
    }

    private static partial class Log
    {
        [LoggerMessage(301, LogLevel.Debug, "Session {SessionId} opened on {Transport}.", EventName = "SessionOpened")]
        public static partial void Opened(ILogger logger, string sessionId, string transport);

        [LoggerMessage(302, LogLevel.Debug, "Session {SessionId} went over to WebSocket.", EventName = "SessionUpgraded")]
        public static partial void Upgraded(ILogger logger, string sessionId);

        [LoggerMessage(303, LogLevel.Debug, "Session {SessionId} closed: {Reason}.", EventName = "SessionClosed")]
        public static partial void Closed(ILogger logger, string sessionId, CloseReason reason);

        [LoggerMessage(304, LogLevel.Information, "Session {SessionId} reads too slowly: {Bound} bound of its queue passed with {Count} messages of {Bytes} bytes waiting.", EventName = "SlowConsumer")]
        public static partial void SlowConsumer(ILogger logger, string sessionId, OutboxBound bound, int count, long bytes);
    }
}
