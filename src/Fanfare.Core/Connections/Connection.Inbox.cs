using Microsoft.Extensions.Logging;

namespace Fanfare;

// The inbox: what came waits here until the handlers before it have returned. The end of the connection is the last thing in it.
public abstract partial class Connection
{
    private const int MaxLoggedChars = 256;
    private static readonly object TheStart = new();
    private static readonly object TheEnd = new();
    private HandlerWatch? _watch;
    private long _turn;
    private bool _isPaused;
    private bool _hasEntered;
    private volatile bool _hasLeft;

    /// <summary>Takes an event that came on the wire. Called by one thread at a time, in the order of the wire.</summary>
    public void Receive(Message message, AckTicket ticket = default) => Enqueue(new EventContext(this, message, ticket));

    /// <summary>Takes an event whose arguments the wire could not read. In its turn it is refused as one whose arguments fit no handler; nobody sees it. Called as <see cref="Receive"/> is.</summary>
    public void ReceiveUnfit(string @event, AckTicket ticket = default) =>
        Enqueue(new EventContext(this, new Message(@event, Arguments.Empty), ticket) { IsUnfit = true });

    /// <summary>Takes a request that the wire itself serves; it runs in line with the handlers. Called as <see cref="Receive"/> is.</summary>
    protected void Serve(WireRequest request) => Enqueue(request);

    /// <summary>Lets the namespace's listeners see the connection, if it has handlers, and then what came on it since <see cref="TryBeginEntry"/>.</summary>
    internal void Start()
    {
        if (!_hasEntered)
        {
            // It had ended before, and has told so.
            return;
        }

        if (HasHandlers && !System.Threading.Volatile.Read(ref _hasYielded))
        {
            Handle(TheStart);
        }
        else
        {
            HandleNext();
        }
    }

    /// <summary>Takes an ack that came on the wire; an unknown or repeated one is ignored.</summary>
    public void ReceiveAck(long id, Arguments arguments)
    {
        Action<Arguments>? answer;
        lock (_gate)
        {
            answer = _acks?.Take(id);
        }

        answer?.Invoke(arguments);
    }

    /// <summary>
    /// Ends the connection, once: it is in no room any more, and when the handlers of what came before have returned, its listeners are told.
    /// Called by the transport when the wire ended.
    /// </summary>
    /// <returns>False when it had ended before.</returns>
    protected internal bool End(CloseReason reason)
    {
        lock (_gate)
        {
            if (_closeReason is not null)
            {
                return false;
            }

            _closeReason = reason;
        }

        // Not under the gate: deliveries take it while they hold the map's lock.
        _scope.Rooms.Remove(this);
        Enqueue(TheEnd);
        return true;
    }

    /// <summary>
    /// Marks the connection as one that its namespace takes in, whose inbox waits for <see cref="Start"/>: a client may have read that it is in,
    /// and send, or go, before those who have to know of it do.
    /// </summary>
    /// <returns>False when it ended before.</returns>
    internal bool TryBeginEntry()
    {
        lock (_gate)
        {
            return _hasEntered = _isHandling = _closeReason is null;
        }
    }

    /// <summary>Takes back <see cref="TryBeginEntry"/>: the namespace does not take it in. An end that came meanwhile is told as that of one that never was in.</summary>
    internal void CancelEntry()
    {
        lock (_gate)
        {
            _hasEntered = false;
        }

        HandleNext();
    }

    internal void RefuseArguments(EventContext context, Exception exception)
    {
        Log.BadArguments(_scope.Logger, NamespaceName, NameOf(context), exception.GetType().Name);
        if (_scope.ArgumentsRefused?.Invoke(context, exception) != true)
        {
            context.Fail("bad_message");
        }
    }

    private void Enqueue(object item)
    {
        lock (_gate)
        {
            if (_closeReason is not null && !ReferenceEquals(item, TheEnd))
            {
                return;
            }

            if (_isHandling)
            {
                (_waiting ??= new Queue<object>()).Enqueue(item);
                if (!_isPaused && _waiting.Count >= _scope.Limits.MaxWaitingEvents && item is EventContext or WireRequest)
                {
                    _isPaused = true;
                    PauseReading(true);
                }

                return;
            }

            _isHandling = true;
        }

        Handle(item);
    }

    /// <summary>As <see cref="Enqueue"/>, for callers that hold the namespace's lock: whatever runs, runs on the pool.</summary>
    private void Post(object item)
    {
        lock (_gate)
        {
            if (_closeReason is not null)
            {
                return;
            }

            (_waiting ??= new Queue<object>()).Enqueue(item);
            if (_isHandling)
            {
                return;
            }

            _isHandling = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.HandleNext(), this, preferLocal: false);
    }

    /// <summary>Runs one item and then what waits behind it, until a handler has to be waited for.</summary>
    private void Handle(object item)
    {
        while (true)
        {
            switch (item)
            {
                case EventContext or WireRequest:
                    var task = item is EventContext context ? DispatchSafely(context) : ServeSafely((WireRequest)item);
                    if (!task.IsCompletedSuccessfully)
                    {
                        _ = WaitForHandlerAsync(item, task.AsTask(), Interlocked.Increment(ref _turn));
                        return;
                    }

                    break;
                case Message message:
                    Tell(_listeners!.AnyOutgoing, message);
                    break;
                default:
                    if (ReferenceEquals(item, TheEnd))
                    {
                        TellEnd(tellLeft: true);
                        return;
                    }

                    if (_scope.Started is not null)
                    {
                        TellSafely(() => _scope.Started(this));
                    }

                    break;
            }

            if (!TryNext(out item!))
            {
                return;
            }
        }
    }

    private bool TryNext(out object? item)
    {
        lock (_gate)
        {
            if (_waiting is null || !_waiting.TryDequeue(out item))
            {
                item = null;
                _waiting = null;
                _isHandling = false;
            }

            if (_isPaused && (_waiting is null || _waiting.Count <= _scope.Limits.MaxWaitingEvents / 2))
            {
                _isPaused = false;
                PauseReading(false);
            }

            return item is not null;
        }
    }

    private async Task WaitForHandlerAsync(object item, Task handler, long turn)
    {
        WatchHandler(item, turn);
        await handler.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Interlocked.CompareExchange(ref _turn, turn + 1, turn) == turn)
        {
            HandleNext();
        }
    }

    private void HandleNext()
    {
        if (TryNext(out var item))
        {
            Handle(item!);
        }
    }

    private void WatchHandler(object item, long turn)
    {
        if (_scope.Limits.HandlerTimeout != Timeout.InfiniteTimeSpan)
        {
            _watch ??= new HandlerWatch(this);
            _watch.Item = item;
            _watch.Turn = turn;
            _scope.Wheel.Schedule(_watch, _scope.Limits.HandlerTimeout);
        }
    }

    /// <summary>A handler that hangs must not hold up the connection for ever: the next one starts without it.</summary>
    private void OnHandlerTimeout(object item, long turn)
    {
        if (Interlocked.CompareExchange(ref _turn, turn + 1, turn) != turn)
        {
            return;
        }

        _scope.Metrics.HandlerFailed(NamespaceName);
        Log.HandlerTimedOut(_scope.Logger, NamespaceName, NameOf(item), _scope.Limits.HandlerTimeout);
        Fail(item);
        HandleNext();
    }

    /// <summary>For the log: of what a client wrote a piece, and on one line.</summary>
    private static string NameOf(object item)
    {
        var name = item is EventContext context ? context.Event : ((WireRequest)item).Name;
        return name.Length <= MaxLoggedChars && !name.Any(char.IsControl)
            ? name
            : string.Concat(name.Take(MaxLoggedChars).Select(static c => char.IsControl(c) ? '\uFFFD' : c));
    }

    private static void Fail(object item)
    {
        if (item is EventContext context)
        {
            context.Fail("internal");
        }
        else
        {
            ((WireRequest)item).Fail();
        }
    }

    private void TellEnd(bool tellLeft)
    {
        var reason = _closeReason!;
        if (_expiry is not null)
        {
            _scope.Wheel.Cancel(_expiry);
        }

        if (_watch is not null)
        {
            _scope.Wheel.Cancel(_watch);
        }

        var rooms = FinalRooms!;
        if (_hasEntered)
        {
            TellSafely(() => _scope.Ended?.Invoke(this, reason));
        }

        Tell(_listeners?.Disconnecting, reason);
        if (tellLeft)
        {
            TellLeft(rooms);
        }

        if (_hasEntered)
        {
            _scope.Gone?.Invoke(this, reason, rooms);
        }

        _hasLeft = true;
        Tell(_listeners?.Disconnect, reason);
        lock (_gate)
        {
            (_closed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        }
    }

    private void Tell<T>(List<Action<T>>? listeners, T value)
    {
        foreach (var listener in listeners?.ToArray() ?? [])
        {
            TellSafely(() => listener(value));
        }
    }

    private void TellSafely(Action tell)
    {
        try
        {
            tell();
        }
        catch (Exception exception)
        {
            _scope.Metrics.HandlerFailed(NamespaceName);
            Log.ListenerFailed(_scope.Logger, exception, NamespaceName);
        }
    }

    private sealed class HandlerWatch(Connection connection) : Deadline
    {
        public object? Item { get; set; }

        public long Turn { get; set; }

        // By the pool: the next handler is code of the application.
        protected internal override void OnDue()
        {
            var (item, turn) = (Item!, Turn);
            ThreadPool.QueueUserWorkItem(_ => connection.OnHandlerTimeout(item, turn));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(101, LogLevel.Error, "A handler of {Namespace} for {Event} threw.", EventName = "HandlerFailed")]
        public static partial void HandlerFailed(ILogger logger, Exception exception, string @namespace, string @event);

        [LoggerMessage(102, LogLevel.Warning, "A handler of {Namespace} for {Event} still runs after {Timeout}; the next event does not wait for it.", EventName = "HandlerTimedOut")]
        public static partial void HandlerTimedOut(ILogger logger, string @namespace, string @event, TimeSpan timeout);

        [LoggerMessage(103, LogLevel.Debug, "Arguments of {Event} in {Namespace} do not fit its handler: {Error}.", EventName = "BadArguments")]
        public static partial void BadArguments(ILogger logger, string @namespace, string @event, string error);

        [LoggerMessage(104, LogLevel.Error, "A listener of {Namespace} for the end of a connection, or for what it sends, threw.", EventName = "ListenerFailed")]
        public static partial void ListenerFailed(ILogger logger, Exception exception, string @namespace);

        [LoggerMessage(106, LogLevel.Information, "More waits for a connection of {Namespace} than may, while it was shown what it missed or by the namespace's own bound; it is closed.", EventName = "TooSlow")]
        public static partial void TooSlow(ILogger logger, string @namespace);

        [LoggerMessage(105, LogLevel.Information, "A connection of {Namespace} may not enter another room: it is in {Limit}.", EventName = "TooManyRooms")]
        public static partial void TooManyRooms(ILogger logger, string @namespace, int limit);
    }
}
