using Fanfare.AspNetCore;

namespace Fanfare.WebSockets;

/// <summary>One client of the plain wire: reads its frames, lets it say who it is, and hands the rest to its connection. It is the deadline of its first step and of its heartbeat.</summary>
/// <remarks>Product, section 4. Frames are served in the order they came; <c>ping</c> is answered at once.</remarks>
internal sealed partial class RoomsSession : Deadline, IWebSocketHandler
{
    /// <summary>Frames that may wait for an authentication to end before the client is read no further.</summary>
    private const int MaxWaitingFrames = 64;

    /// <summary>What the decoder says of a message in too many fragments; of a large one it says something else.</summary>
    private const string TooManyFragments = "too many fragments";

    private readonly RoomsScope _scope;
    private readonly RequestInfo _request;
    private readonly Action<RoomsSession> _forget;
    private WebSocketConnection? _socket;
    private RoomsConnection? _connection;
    private RoomsRateGate? _rate;
    private Queue<ClientFrame>? _waiting;
    private CloseReason? _end;
    private ErrorWindow? _errors;
    private long _heardAt;
    private int _maxBytes;
    private int _pauses;
    private Phase _phase;
    private bool _isKnown;
    private bool _isPinged;
    private bool _isDrained;

    public RoomsSession(string clientId, RoomsScope scope, RequestInfo request, Action<RoomsSession> forget)
    {
        _forget = forget;
        ClientId = clientId;
        _scope = scope;
        _request = request;
        _maxBytes = scope.Options.MaxUnauthenticatedBytes;
        Outbox = new Outbox(scope.OutboxLimits, scope.Scheduler, static outbox => ((RoomsSession)outbox.Owner!).OnSlow(outbox), this);
    }

    private enum Phase : byte
    {
        /// <summary>Nobody knows who it is.</summary>
        Unknown,

        /// <summary>It has said who it is, and that is being looked at; what comes meanwhile waits.</summary>
        Entering,

        /// <summary>Its connection is in the namespace.</summary>
        In,
    }

    /// <summary>What the client is told it is called: the id of its connection.</summary>
    public string ClientId { get; }

    public Outbox Outbox { get; }

    /// <summary>Greets the client.</summary>
    /// <param name="socket">Its WebSocket.</param>
    /// <param name="handshake">What it said about itself with the request, and found good; <see langword="null"/> when it has to say so yet.</param>
    /// <param name="user">Whose it is then.</param>
    public void Start(WebSocketConnection socket, Handshake? handshake, User? user)
    {
        _socket = socket;
        _heardAt = _scope.Time.GetTimestamp();
        Send(RoomsFrames.Connected(ClientId));
        _scope.Metrics.Session(RoomsConnection.TransportName, 1);
        _scope.Wheel.Schedule(this, _scope.Options.AuthenticationTimeout);
        if (user is not null)
        {
            _phase = Phase.Entering;
            _ = EnterAtOnceAsync(handshake!, user);
        }
    }

    /// <inheritdoc/>
    public void OnText(ReadOnlySpan<byte> utf8)
    {
        Hear(utf8.Length);
        if (ClientFrame.TryRead(utf8, _scope.Options.MaxJsonDepth, out var frame) is { } fault)
        {
            if (fault == ErrorCodes.BadJson && _scope.Metrics.Refused(FanfareMetrics.Limit.Json))
            {
                Log.JsonRefused(_scope.Logger, ClientId);
            }

            Refuse(fault, frame.Ref.Span);
        }
        else if (frame.Type == "ping")
        {
            Send(RoomsFrames.Pong(frame.Ref.Span));
        }
        else if (!TryKeepWaiting(frame))
        {
            Take(frame);
        }
    }

    /// <inheritdoc/>
    public void OnBinary(ReadOnlySpan<byte> data)
    {
        Hear(data.Length);
        End(CloseReason.TransportError, new CloseCode(1003, "only text frames are taken here"));
    }

    /// <inheritdoc/>
    public void OnPong(ReadOnlySpan<byte> payload) => _heardAt = _scope.Time.GetTimestamp();

    /// <inheritdoc/>
    public void OnClosed(WebSocketEnd end)
    {
        if (end.Kind == WebSocketEndKind.TooBig)
        {
            RefuseSize(isForFragments: end.Reason == TooManyFragments);
        }

        _scope.Metrics.Session(RoomsConnection.TransportName, -1);
        Finish(end.Kind is WebSocketEndKind.ProtocolError or WebSocketEndKind.TooBig ? CloseReason.TransportError : CloseReason.TransportClose);
        Outbox.Complete();
        _forget(this);
    }

    /// <summary>Queues a frame, without waiting.</summary>
    public bool Send(OutboundFrame frame, bool isVolatile = false)
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

    /// <summary>Tells the client what was wrong with a frame; too many broken rules end it.</summary>
    public void Refuse(string code, ReadOnlySpan<byte> reference, string? room = null, string? text = null)
    {
        Send(RoomsFrames.Error(code, text ?? ErrorCodes.Describe(code), reference, room));
        if (ErrorCodes.IsProtocolError(code))
        {
            CountProtocolError();
        }
    }

    /// <summary>Ends the session with the code of a reason.</summary>
    public void End(CloseReason reason) => End(reason, CloseCode.Of(reason));

    /// <summary>Tells the client when to come back, and ends the session; once, whoever asks.</summary>
    public void Drain(TimeSpan returnAfter)
    {
        if (Interlocked.Exchange(ref _isDrained, true))
        {
            return;
        }

        Send(RoomsFrames.Reconnect(returnAfter));
        End(CloseReason.ServerShuttingDown);
    }

    /// <summary>Stops reading from the client; calls are counted.</summary>
    public void PauseReading()
    {
        if (Interlocked.Increment(ref _pauses) == 1)
        {
            _socket!.PauseReading();
        }
    }

    /// <summary>Ends a <see cref="PauseReading"/>.</summary>
    public void ResumeReading()
    {
        if (Interlocked.Decrement(ref _pauses) == 0)
        {
            _heardAt = _scope.Time.GetTimestamp();
            _socket!.ResumeReading();
        }
    }

    /// <summary>Too long without a word: about itself, or at all.</summary>
    protected override void OnDue()
    {
        if (!Volatile.Read(ref _isKnown))
        {
            // By the pool, as every end is: it may run code of the application.
            ThreadPool.UnsafeQueueUserWorkItem(static session => session.EndUnknown(), this, preferLocal: false);
            return;
        }

        var options = _scope.Options;
        var silent = Volatile.Read(ref _pauses) > 0 ? TimeSpan.Zero : _scope.Time.GetElapsedTime(Volatile.Read(ref _heardAt));
        if (silent < options.PingInterval - TimingWheel.Resolution)
        {
            _isPinged = false;
            _scope.Wheel.Schedule(this, options.PingInterval - silent);
        }
        else if (!_isPinged)
        {
            _isPinged = true;
            _socket!.Ping();
            _scope.Wheel.Schedule(this, options.PingTimeout);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static session => session.End(CloseReason.PingTimeout), this, preferLocal: false);
        }
    }

    private void Hear(int bytes)
    {
        _heardAt = _scope.Time.GetTimestamp();
        _scope.Metrics.Received(RoomsConnection.TransportName, 1);
        if (!_scope.Options.Rates.IsUnlimited)
        {
            _rate ??= new RoomsRateGate(this, _scope);
            _rate.Take(bytes);
        }
    }

    /// <summary>While it is being found out who the client is, its frames wait their turn.</summary>
    private bool TryKeepWaiting(ClientFrame frame)
    {
        lock (this)
        {
            if (_phase != Phase.Entering)
            {
                return false;
            }

            (_waiting ??= new Queue<ClientFrame>()).Enqueue(frame);
            if (_waiting.Count == MaxWaitingFrames)
            {
                PauseReading();
            }

            return true;
        }
    }

    /// <summary>Serves what waited, in order, and lets what comes be served at once from then on.</summary>
    private void TakeWaiting(Phase phase)
    {
        while (true)
        {
            ClientFrame? frame;
            lock (this)
            {
                if (_waiting is null || !_waiting.TryDequeue(out frame))
                {
                    _waiting = null;
                    _phase = phase;
                    return;
                }

                if (_waiting.Count == MaxWaitingFrames - 1)
                {
                    ResumeReading();
                }
            }

            if (phase == Phase.In)
            {
                _connection!.Take(frame);
            }
            else if (frame.Type is not ("authenticate" or "refresh"))
            {
                Refuse(ErrorCodes.Unauthorized, frame.Ref.Span);
            }
            else
            {
                // The next attempt: what is left waits for it.
                BeginEntry(frame);
                return;
            }
        }
    }

    private void Take(ClientFrame frame)
    {
        if (_phase == Phase.In)
        {
            _connection!.Take(frame);
        }
        else if (frame.Type is "authenticate" or "refresh")
        {
            _phase = Phase.Entering;
            BeginEntry(frame);
        }
        else
        {
            Refuse(ErrorCodes.Unauthorized, frame.Ref.Span);
        }
    }

    private void EndUnknown()
    {
        if (Volatile.Read(ref _isKnown))
        {
            return;
        }

        if (_scope.Metrics.Refused(FanfareMetrics.Limit.AuthenticationTimeout))
        {
            Log.AuthenticationTimedOut(_scope.Logger, _scope.Options.AuthenticationTimeout);
        }

        End(CloseReason.AuthenticationTimeout);
    }

    private void CountProtocolError()
    {
        var options = _scope.Options;
        if (options.MaxProtocolErrors <= 0)
        {
            return;
        }

        // By the reader or by a handler's thread; most clients never need one.
        var errors = _errors ?? Interlocked.CompareExchange(ref _errors, new ErrorWindow(options.MaxProtocolErrors, options.ProtocolErrorWindow, _scope.Time), null) ?? _errors;
        if (!errors.IsOneTooMany())
        {
            return;
        }

        if (_scope.Metrics.Refused(FanfareMetrics.Limit.ProtocolErrors))
        {
            Log.TooManyProtocolErrors(_scope.Logger, ClientId, options.MaxProtocolErrors, options.ProtocolErrorWindow);
        }

        End(CloseReason.ProtocolErrors);
    }

    private void RefuseSize(bool isForFragments)
    {
        if (!_scope.Metrics.Refused(isForFragments ? FanfareMetrics.Limit.Fragments : FanfareMetrics.Limit.MessageBytes))
        {
            return;
        }

        if (isForFragments)
        {
            Log.TooManyFragments(_scope.Logger, ClientId, _scope.Options.MaxFragments);
        }
        else
        {
            Log.FrameTooLarge(_scope.Logger, ClientId, _maxBytes);
        }
    }

    private void End(CloseReason reason, CloseCode code)
    {
        if (!Finish(reason))
        {
            return;
        }

        if (reason == CloseReason.SlowConsumer || reason == CloseReason.PingTimeout)
        {
            _socket!.Cut(code.Code, code.Text);
        }
        else
        {
            _ = _socket!.CloseAsync(code.Code, code.Text);
        }
    }

    /// <summary>Ends the namespace's side, once.</summary>
    private bool Finish(CloseReason reason)
    {
        if (Interlocked.CompareExchange(ref _end, reason, null) is not null)
        {
            return false;
        }

        _scope.Wheel.Cancel(this);
        _rate?.Stop();
        Log.Ended(_scope.Logger, ClientId, reason);
        Volatile.Read(ref _connection)?.Finish(reason);
        return true;
    }

    private void OnSlow(Outbox outbox)
    {
        if (_scope.Metrics.Refused(FanfareMetrics.Limit.Outbox))
        {
            Log.SlowConsumer(_scope.Logger, ClientId, outbox.PassedBound, outbox.QueuedCount, outbox.QueuedBytes);
        }

        End(CloseReason.SlowConsumer);
    }
}
