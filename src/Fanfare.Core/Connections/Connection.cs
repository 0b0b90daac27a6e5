using System.Text.Json.Nodes;

namespace Fanfare;

/// <summary>
/// One member of one namespace: who it is, its rooms, its handlers. Transports derive from it and bring the wire.
/// Safe to use from any thread. Its handlers start in the order the events came, one at a time.
/// </summary>
public abstract partial class Connection : Member
{
    private readonly ConnectionScope _scope;
    private readonly Lock _gate = new();
    private Queue<object>? _waiting;
    private Listeners? _listeners;
    private PendingAcks? _acks;
    private JsonObject? _data;
    private Expiry? _expiry;
    private TaskCompletionSource? _closed;
    private CloseReason? _closeReason;
    private bool _isHandling;

    /// <summary>Makes a connection that is not yet in its namespace.</summary>
    /// <param name="id">Its id: unguessable, unique.</param>
    /// <param name="scope">What it shares with the others of its namespace.</param>
    /// <param name="handshake">What it brought.</param>
    /// <param name="user">Whose it is.</param>
    protected Connection(string id, ConnectionScope scope, Handshake handshake, User user)
        : base(id)
    {
        _scope = scope;
        Handshake = handshake;
        User = user;
    }

    /// <summary>The name of its namespace, as the client named it.</summary>
    public string NamespaceName => _scope.NamespaceName;

    /// <summary>What it brought when it came.</summary>
    public Handshake Handshake { get; }

    /// <summary>Whose it is.</summary>
    public User User { get; private set; }

    /// <summary>The transport it uses right now: <c>polling</c>, <c>websocket</c>, or what else its wire calls it.</summary>
    public abstract string Transport { get; }

    /// <summary>Whether a session is kept for it that another connection can continue; then what is emitted to it alone is kept too.</summary>
    protected internal virtual bool KeepsSession => false;

    /// <summary>Whether the namespace's connection listeners and handlers serve it.</summary>
    protected internal virtual bool HasHandlers => true;

    /// <summary>Bytes that wait for its wire.</summary>
    public virtual long QueuedBytes => 0;

    /// <summary>Whether its client can ack what the server emits; who cannot is not waited for.</summary>
    protected internal virtual bool CanAck => true;

    /// <summary>Whether it is told what goes to its user's room.</summary>
    protected internal virtual bool HearsUser => true;

    /// <summary>Whether it continues a session that was lost or taken over.</summary>
    public bool IsRecovered { get; internal set; }

    /// <summary>The secret under which its session can be continued, or <see langword="null"/> without recovery.</summary>
    public string? SessionSecret { get; internal set; }

    /// <summary>What the application attaches to it: seen by other nodes, and restored with a recovered session.</summary>
    public JsonObject Data
    {
        get => _data ?? Interlocked.CompareExchange(ref _data, [], null) ?? _data;
        internal set => _data = value;
    }

    /// <summary>Whether it has ended.</summary>
    public bool IsClosed => System.Threading.Volatile.Read(ref _closeReason) is not null;

    /// <summary>Completes when it has ended and its listeners were told.</summary>
    public Task Completion
    {
        get
        {
            lock (_gate)
            {
                return (_closed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
    }

    /// <summary>Everybody in the namespace but this connection.</summary>
    public BroadcastOperator Broadcast => new(_scope.Broadcasts, BroadcastTarget.Everybody.Without([Id]));

    /// <summary>Emits to this connection; who cannot take it at once misses it.</summary>
    public BroadcastOperator Volatile => Self.Volatile;

    /// <summary>This connection as a target, for what an operator can do: never kept (<c>Self.Transient</c>), acks with a timeout, and so on.</summary>
    public BroadcastOperator Self => new(_scope.Broadcasts, BroadcastTarget.Everybody.In(Id));

    internal MessageSerializer Serializer => _scope.Broadcasts.Serializer;

    private Listeners Extras => _listeners ?? Interlocked.CompareExchange(ref _listeners, new Listeners(), null) ?? _listeners;

    /// <summary>Who is in this room, but not this connection.</summary>
    public BroadcastOperator To(string room) => Broadcast.To(room);

    /// <summary>Who is in one of these rooms, but not this connection.</summary>
    public BroadcastOperator To(IEnumerable<string> rooms) => Broadcast.To(rooms);

    /// <summary>The same as <see cref="To(string)"/>.</summary>
    public BroadcastOperator In(string room) => Broadcast.To(room);

    /// <summary>Everybody but this connection and who is in this room.</summary>
    public BroadcastOperator Except(string room) => Broadcast.Except(room);

    /// <summary>Adds a handler that sees the whole event and acks by itself. Handlers of one event run in the order they were added.</summary>
    /// <exception cref="ArgumentException">The event name is reserved.</exception>
    public void On(string @event, Func<EventContext, ValueTask> handler) => Extras.Handlers.Add(@event, handler);

    /// <summary>Whether anybody listens for an event: a handler of the namespace or of its own, or a listener for all.</summary>
    public bool Handles(string @event) =>
        _scope.Handlers.Find(@event).Length > 0 || (_listeners is { } listeners && (listeners.Any.Count > 0 || listeners.Handlers.Find(@event).Length > 0));

    /// <summary>Removes a handler that <see cref="On"/> added.</summary>
    public bool Off(string @event, Func<EventContext, ValueTask> handler) => Extras.Handlers.Remove(@event, handler);

    /// <summary>Adds a listener for every event that comes, before its handlers.</summary>
    public void OnAny(Func<EventContext, ValueTask> listener) => Extras.Any.Add(listener);

    /// <summary>Adds a listener for every event that is sent to this connection. It runs in line with the handlers.</summary>
    public void OnAnyOutgoing(Action<Message> listener) => Extras.AnyOutgoing.Add(listener);

    /// <summary>Adds a middleware that every event passes before its handlers; one that throws, or does not call <c>next</c>, holds the event back.</summary>
    public void Use(Func<EventContext, Func<Task>, Task> middleware) => Extras.Middlewares.Add(middleware);

    /// <summary>Adds a listener for what a middleware threw.</summary>
    public void OnError(Action<Exception> listener) => Extras.Error.Add(listener);

    /// <summary>Adds a listener for the end, while <see cref="Rooms"/> still shows all.</summary>
    public void OnDisconnecting(Action<CloseReason> listener) => Extras.Disconnecting.Add(listener);

    /// <summary>Adds a listener for the end, when all rooms are left.</summary>
    public void OnDisconnect(Action<CloseReason> listener) => Extras.Disconnect.Add(listener);

    /// <summary>Queues an event without arguments for this client.</summary>
    /// <returns>Its cursor when the log keeps it for the session, else <see langword="null"/>.</returns>
    /// <exception cref="ArgumentException">The event name is reserved (see <see cref="ReservedEvents"/>).</exception>
    public ValueTask<EventId?> EmitAsync(string @event) => EmitAsync(@event, Arguments.Empty);

    /// <inheritdoc cref="EmitAsync(string)"/>
    public ValueTask<EventId?> EmitAsync<T>(string @event, T argument) => EmitAsync(@event, Serializer.Write(argument));

    /// <inheritdoc cref="EmitAsync(string)"/>
    public ValueTask<EventId?> EmitAsync<T1, T2>(string @event, T1 first, T2 second) => EmitAsync(@event, Serializer.Write(first, second));

    /// <inheritdoc cref="EmitAsync(string)"/>
    public ValueTask<EventId?> EmitAsync<T1, T2, T3>(string @event, T1 first, T2 second, T3 third) =>
        EmitAsync(@event, Serializer.Write(first, second, third));

    /// <summary>Queues an event for this client, its arguments passed on as they are.</summary>
    /// <inheritdoc cref="EmitAsync(string)"/>
    public ValueTask<EventId?> EmitAsync(string @event, Arguments arguments)
    {
        if (_scope.Recovery.IsEnabled && KeepsSession)
        {
            return Self.EmitAsync(@event, arguments);
        }

        ReservedEvents.ThrowIfReserved(@event);
        Deliver(new EncodedMessage(new Message(@event, arguments)));
        return ValueTask.FromResult<EventId?>(null);
    }

    /// <summary>Queues an event for this client and waits for its ack.</summary>
    /// <returns>The arguments of the ack.</returns>
    /// <exception cref="TimeoutException">No ack came in time: <c>operation has timed out</c>.</exception>
    /// <exception cref="ArgumentException">The event name is reserved.</exception>
    public async Task<Arguments> EmitWithAckAsync(
        string @event, Arguments arguments, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ReservedEvents.ThrowIfReserved(@event);
        var id = _scope.Broadcasts.AckIds.Next();
        var answer = new TaskCompletionSource<Arguments>(TaskCreationOptions.RunContinuationsAsynchronously);
        ExpectAck(id, arguments => answer.TrySetResult(arguments), answer.Task);
        Deliver(new EncodedMessage(new Message(@event, arguments), ackId: id));
        try
        {
            return await answer.Task.WaitAsync(timeout, _scope.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(BroadcastAcks.TimeoutMessage);
        }
        finally
        {
            answer.TrySetCanceled(CancellationToken.None);
            lock (_gate)
            {
                _acks?.Take(id);
            }
        }
    }

    /// <summary>Ends the connection.</summary>
    /// <param name="close">Whether the transport under it, with all its namespaces, closes too.</param>
    /// <returns>Completes at once; <see cref="Completion"/> tells when the listeners were told.</returns>
    public ValueTask DisconnectAsync(bool close = false)
    {
        Disconnect(close);
        return ValueTask.CompletedTask;
    }

    /// <summary>Takes a newer proof of identity of the same user: the connection lives until it ends.</summary>
    /// <returns>False when it is another user's; nothing changes then.</returns>
    public bool RenewUser(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (!user.IsSameAs(User))
        {
            return false;
        }

        User = user;
        WatchExpiry();
        return true;
    }

    /// <summary>It was nobody's, and is this user's from now on.</summary>
    internal void Identify(User user) =>
        User = User.Id is null ? user : throw new InvalidOperationException("The connection has a user.");

    /// <summary>Sends a message on the wire, without waiting. Under the namespace's lock: it must not call user code.</summary>
    protected abstract bool Send(EncodedMessage message);

    /// <summary>Sends an ack on the wire, without waiting.</summary>
    protected abstract void SendAck(AckTicket ticket, Arguments arguments);

    /// <summary>Tells the client that its event failed; by default as an ack <c>{"error": code}</c>.</summary>
    protected virtual void SendError(AckTicket ticket, string code) => SendAck(ticket, Serializer.Write(new JsonObject { ["error"] = code }));

    /// <summary>An event came that no handler serves; by default nothing happens.</summary>
    protected virtual void OnUnhandled(Message message, AckTicket ticket)
    {
    }

    /// <summary>The server took it out of a room; by default nothing happens.</summary>
    protected internal virtual void OnRemoved(string room)
    {
    }

    /// <summary>Tells the client that the application ended its connection and ends it (see <see cref="End"/>).</summary>
    protected internal abstract void Disconnect(bool close);

    /// <summary>Ends the connection because the proof of identity ended.</summary>
    protected abstract void Expire();

    /// <summary>Closes the wire without a word more than the reason, so that the client comes back: it could not be served as promised.</summary>
    protected internal abstract void Cut(CloseReason reason);

    /// <summary>Closes the wire of a connection whose session another one has taken over; the namespace's side has ended already.</summary>
    protected abstract void CloseYielded();

    /// <summary>Completes when everything that was sent has been taken by the wire, or the wire is gone.</summary>
    protected abstract ValueTask FlushAsync();

    /// <summary>Asks the transport to read no further, or to go on, because handlers do not keep up.</summary>
    protected abstract void PauseReading(bool pause);

    /// <inheritdoc/>
    protected internal sealed override bool Deliver(EncodedMessage message)
    {
        if (_listeners is { AnyOutgoing.Count: > 0 })
        {
            Post(message.Message);
        }

        if (_isHolding)
        {
            lock (_gate)
            {
                if (_held is not null)
                {
                    return TryHold(message);
                }
            }
        }

        return !_isFull && (_scope.Limits.MaxQueuedBytes <= 0 || HasRoomFor(message)) && Send(message);
    }

    internal void Answer(AckTicket ticket, Arguments arguments) => SendAck(ticket, arguments);

    internal void AnswerError(AckTicket ticket, string code) => SendError(ticket, code);

    internal void LeaveUnhandled(EventContext context, AckTicket ticket) => OnUnhandled(context.Message, ticket);

    internal void ExpectAck(long id, Action<Arguments> answer, Task end)
    {
        lock (_gate)
        {
            (_acks ??= new PendingAcks()).Add(id, answer, end);
        }
    }

    /// <summary>Starts to watch for the end of the proof of identity.</summary>
    internal void WatchExpiry()
    {
        if (User.ExpiresAt is not { } expiresAt || IsClosed)
        {
            return;
        }

        _expiry ??= new Expiry(this);
        var left = expiresAt - _scope.Time.GetUtcNow();
        _scope.Wheel.Schedule(_expiry, left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    private void ExpireIfDue()
    {
        if (User.ExpiresAt is not { } expiresAt)
        {
            // Renewed with a proof that does not end.
            return;
        }

        if (expiresAt > _scope.Time.GetUtcNow())
        {
            WatchExpiry();
        }
        else
        {
            Expire();
        }
    }

    private sealed class Expiry(Connection connection) : Deadline
    {
        // By the pool: the end of a connection runs code of the application.
        protected internal override void OnDue() =>
            ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.ExpireIfDue(), connection, preferLocal: false);
    }
}
