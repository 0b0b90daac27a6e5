using Microsoft.Extensions.Logging;

namespace Fanfare;

/// <summary>
/// A namespace: the one door through which connections come in, and messages go out in one order. Handlers and middlewares are
/// registered on it once, for every wire. Safe to use from any thread.
/// </summary>
public sealed partial class Namespace : NamespaceSetup, INode
{
    private readonly Lock _order = new();
    private readonly RoomMap _rooms = new();
    private readonly MemoryHistory _history;
    private readonly SessionStore _sessions;
    private readonly SharedReplays _replays = new();
    private readonly NamespaceServices _services;
    private readonly BroadcastScope _broadcasts;
    private readonly BroadcastOperator _everybody;
    private bool _isRetired;

    internal Namespace(string name, Registrations registrations, NamespaceOptions options, NamespaceServices services, NamespacePattern? pattern = null)
        : base(registrations, options)
    {
        Name = name;
        _services = services;
        Pattern = pattern;
        _history = new MemoryHistory(options.History, services.Time);
        _sessions = new SessionStore(options.Recovery, services.Time, services.Metrics);
        _broadcasts = new BroadcastScope(services.Adapters.Create(this), services.Serializer, new AckIds(), services.Time);
        _everybody = new BroadcastOperator(_broadcasts, BroadcastTarget.Everybody);
        Scope = new ConnectionScope
        {
            NamespaceName = name,
            Rooms = _rooms,
            Broadcasts = _broadcasts,
            Handlers = registrations.Handlers,
            Recovery = options.Recovery,
            Wheel = services.Wheel,
            Time = services.Time,
            Limits = options.Limits,
            Metrics = services.Metrics,
            Logger = services.Logger,
            Resume = ResumeAsync,
            Started = OnStarted,
            Joined = (connection, room) => TellOfRoom(Registered.Joined, connection, room),
            Left = (connection, room) => TellOfRoom(Registered.Left, connection, room),
            Ended = OnEnded,
            Gone = OnGone,
            ArgumentsRefused = (context, exception) => Registered.ArgumentsRefused?.Invoke(context, exception) ?? false,
        };
    }

    /// <summary>The name; a client names it exactly so.</summary>
    public string Name { get; }

    /// <summary>The pattern that it was made for, or <see langword="null"/> when it was named.</summary>
    internal NamespacePattern? Pattern { get; }

    /// <summary>What its connections share; transports make connections with it.</summary>
    public ConnectionScope Scope { get; }

    /// <summary>The log.</summary>
    public IHistory History => _history;

    /// <summary>How many connections of this node are in it.</summary>
    public int ConnectionCount => _rooms.MemberCount;

    /// <summary>How many rooms of this node have a member, connections' own rooms not counted.</summary>
    public int RoomCount => _rooms.RoomCount;

    /// <summary>How many lost sessions are kept.</summary>
    public int LostSessionCount => _sessions.LostCount;

    /// <summary>How many messages the log keeps.</summary>
    public int HistoryCount => _history.Count;

    /// <summary>The connections of this node.</summary>
    public IReadOnlyList<Connection> Connections => [.. _rooms.Match(BroadcastTarget.Everybody).Cast<Connection>()];

    /// <summary>Everybody in the namespace, on all nodes.</summary>
    public BroadcastOperator Everybody => _everybody;

    /// <inheritdoc cref="BroadcastOperator.Transient"/>
    public BroadcastOperator Transient => _everybody.Transient;

    /// <inheritdoc cref="BroadcastOperator.Volatile"/>
    public BroadcastOperator Volatile => _everybody.Volatile;

    /// <inheritdoc cref="BroadcastOperator.Local"/>
    public BroadcastOperator Local => _everybody.Local;

    string INode.NamespaceName => Name;

    /// <summary>Who is in this room.</summary>
    public BroadcastOperator To(string room) => _everybody.To(room);

    /// <summary>Who is in one of these rooms.</summary>
    public BroadcastOperator To(IEnumerable<string> rooms) => _everybody.To(rooms);

    /// <summary>The same as <see cref="To(string)"/>.</summary>
    public BroadcastOperator In(string room) => _everybody.To(room);

    /// <summary>Everybody but who is in this room.</summary>
    public BroadcastOperator Except(string room) => _everybody.Except(room);

    /// <summary>Everybody but who is in one of these rooms.</summary>
    public BroadcastOperator Except(IEnumerable<string> rooms) => _everybody.Except(rooms);

    /// <inheritdoc cref="BroadcastOperator.Compress"/>
    public BroadcastOperator Compress(bool compress) => _everybody.Compress(compress);

    /// <inheritdoc cref="BroadcastOperator.Timeout"/>
    public BroadcastOperator Timeout(TimeSpan timeout) => _everybody.Timeout(timeout);

    /// <inheritdoc cref="BroadcastOperator.EmitAsync(string)"/>
    public ValueTask<EventId?> EmitAsync(string @event) => _everybody.EmitAsync(@event);

    /// <inheritdoc cref="BroadcastOperator.EmitAsync(string)"/>
    public ValueTask<EventId?> EmitAsync<T>(string @event, T argument) => _everybody.EmitAsync(@event, argument);

    /// <inheritdoc cref="BroadcastOperator.EmitAsync(string)"/>
    public ValueTask<EventId?> EmitAsync<T1, T2>(string @event, T1 first, T2 second) => _everybody.EmitAsync(@event, first, second);

    /// <inheritdoc cref="BroadcastOperator.EmitAsync(string, Arguments)"/>
    public ValueTask<EventId?> EmitAsync(string @event, Arguments arguments) => _everybody.EmitAsync(@event, arguments);

    /// <inheritdoc cref="BroadcastOperator.FetchSocketsAsync"/>
    public ValueTask<IReadOnlyList<RemoteConnection>> FetchSocketsAsync() => _everybody.FetchSocketsAsync();

    /// <inheritdoc cref="BroadcastOperator.CountAsync"/>
    public ValueTask<int> CountAsync() => _everybody.CountAsync();

    /// <inheritdoc cref="BroadcastOperator.JoinAsync"/>
    public ValueTask JoinAsync(params IReadOnlyList<string> rooms) => _everybody.JoinAsync(rooms);

    /// <inheritdoc cref="BroadcastOperator.LeaveAsync"/>
    public ValueTask LeaveAsync(params IReadOnlyList<string> rooms) => _everybody.LeaveAsync(rooms);

    /// <inheritdoc cref="BroadcastOperator.DisconnectAsync"/>
    public ValueTask DisconnectAsync(bool close = false) => _everybody.DisconnectAsync(close);

    /// <summary>Ends all connections of a user, on all nodes and wires.</summary>
    public ValueTask DisconnectUserAsync(string userId, bool close = true) => AllOf(userId).DisconnectAsync(close);

    /// <summary>Takes all connections of a user out of a room, on all nodes and wires; streams that read it end.</summary>
    public ValueTask RemoveUserAsync(string userId, string room) => AllOf(userId).LeaveAsync(room);

    /// <summary>Sends an event to the other servers of the cluster (see <see cref="NamespaceSetup.OnServerEvent"/>).</summary>
    /// <exception cref="ArgumentException">The event name is reserved.</exception>
    public ValueTask ServerSideEmitAsync(string @event, Arguments arguments)
    {
        ReservedEvents.ThrowIfReserved(@event);
        return _broadcasts.Adapter.ServerEmitAsync(new Message(@event, arguments));
    }

    /// <summary>Sends an event to the other servers of the cluster and gathers one answer of each.</summary>
    /// <exception cref="TimeoutException">Not every server answered in time.</exception>
    public Task<IReadOnlyList<Arguments>> ServerSideEmitWithAckAsync(string @event, Arguments arguments, TimeSpan timeout)
    {
        ReservedEvents.ThrowIfReserved(@event);
        return _broadcasts.Adapter.ServerEmitWithAckAsync(new Message(@event, arguments), timeout);
    }

    /// <inheritdoc/>
    public EventId? Deliver(Broadcast broadcast)
    {
        EncodedMessage message;
        int receivers;
        lock (_order)
        {
            message = Stamp(broadcast);
            receivers = _rooms.Deliver(broadcast.Target, message);
            broadcast.Placed?.Invoke(message.IsKept ? message.Cursor : null);
        }

        _services.Metrics.Delivered(Name, receivers);
        return message.IsKept ? message.Cursor : null;
    }

    /// <summary>Tells the members of this node that came on one wire something of that wire's own: never kept, not seen by others.</summary>
    /// <typeparam name="TConnection">The connections of the wire.</typeparam>
    public void Notify<TConnection>(BroadcastTarget target, EncodedMessage notice)
        where TConnection : Connection
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(notice);
        lock (_order)
        {
            foreach (var member in _rooms.Match(target))
            {
                if (member is TConnection)
                {
                    member.Deliver(notice);
                }
            }
        }
    }

    /// <summary>Sends a broadcast to all nodes; what a wire does for its clients goes out this way too.</summary>
    public ValueTask<EventId?> PublishAsync(Broadcast broadcast) => _broadcasts.Adapter.PublishAsync(broadcast);

    /// <inheritdoc/>
    public void Deliver(Broadcast broadcast, AckCollector answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var id = broadcast.AckId ?? _broadcasts.AckIds.Next();
        var receivers = 0;
        lock (_order)
        {
            var message = Stamp(broadcast);
            foreach (var member in _rooms.Match(broadcast.Target))
            {
                if (((Connection)member).CanAck)
                {
                    receivers++;
                    ((Connection)member).ExpectAck(id, answers.Answer, answers.Completion);
                }

                member.Deliver(message);
            }
        }

        answers.Expect(receivers);
        _services.Metrics.Delivered(Name, receivers);
    }

    /// <inheritdoc/>
    public IReadOnlyList<RemoteConnection> Fetch(BroadcastTarget target) =>
        [.. _rooms.Match(target).Cast<Connection>().Select(static connection =>
            new RemoteConnection(connection.Id, connection.Handshake, connection.Rooms, connection.Data))];

    /// <inheritdoc/>
    public int Count(BroadcastTarget target) => _rooms.Match(target).Count;

    /// <inheritdoc/>
    public void Join(BroadcastTarget target, IReadOnlyList<string> rooms)
    {
        foreach (var connection in _rooms.Match(target).Cast<Connection>())
        {
            // A stream reads what its client asked for, and nothing else.
            foreach (var room in connection.HasHandlers ? rooms : [])
            {
                connection.Join(room);
            }
        }
    }

    /// <inheritdoc/>
    public void Leave(BroadcastTarget target, IReadOnlyList<string> rooms)
    {
        foreach (var member in _rooms.Match(target))
        {
            foreach (var room in rooms)
            {
                if (_rooms.Leave(member, room))
                {
                    ((Connection)member).TellMoves();
                    ((Connection)member).OnRemoved(room);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Disconnect(BroadcastTarget target, bool close)
    {
        foreach (var member in _rooms.Match(target))
        {
            ((Connection)member).Disconnect(close);
        }
    }

    /// <inheritdoc/>
    public async Task<Arguments> HandleServerEventAsync(Message message)
    {
        var answer = new TaskCompletionSource<Arguments>(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var handler in Registered.ServerEvents.Find(message.Event))
        {
            try
            {
                await handler(new ServerEventContext(Name, message, answer)).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                _services.Metrics.HandlerFailed(Name);
                Log.ServerEventFailed(_services.Logger, exception, Name, message.Event);
            }
        }

        return await answer.Task.ConfigureAwait(false);
    }

    /// <summary>A listener that throws hinders neither the others nor whoever comes or goes.</summary>
    private void TellOfRoom(Action<Connection, string>? listeners, Connection connection, string room)
    {
        foreach (var listener in Delegate.EnumerateInvocationList(listeners))
        {
            try
            {
                listener(connection, room);
            }
            catch (Exception exception)
            {
                _services.Metrics.HandlerFailed(Name);
                Log.RoomListenerFailed(_services.Logger, exception, Name);
            }
        }
    }

    private BroadcastOperator AllOf(string userId) => _everybody.To([User.RoomOf(userId), User.SilentRoomOf(userId)]);

    /// <summary>Stamps a broadcast, if it is to be kept, and readies it for all wires. Under the order lock.</summary>
    private EncodedMessage Stamp(Broadcast broadcast)
    {
        var target = broadcast.Target;
        var room = target.RoomNames is [var only] ? only : null;
        var addressee = room is not null && _rooms.TryGet(room, out var member) ? (Connection)member : null;
        EventId? cursor = null;
        var isKept = false;
        if (Options.History.IsEnabled)
        {
            isKept = broadcast.AckId is null && target.MayBeKept && (addressee is null || (Options.Recovery.IsEnabled && addressee.KeepsSession));
            cursor = isKept ? _history.Record(broadcast) : _history.Head;
        }

        return new EncodedMessage(
            broadcast.Message,
            cursor,
            isKept,
            broadcast.AckId,
            target.Has(BroadcastFlags.Volatile),
            !target.Has(BroadcastFlags.Uncompressed),
            addressee is null ? NameableRoomOf(target) : null);
    }

    private static string? NameableRoomOf(BroadcastTarget target) =>
        target.RoomNames is [var room] && !User.OwnsRoom(room) ? room : null;

    private static partial class Log
    {
        [LoggerMessage(201, LogLevel.Error, "A server-side handler of {Namespace} for {Event} threw.", EventName = "ServerEventFailed")]
        public static partial void ServerEventFailed(ILogger logger, Exception exception, string @namespace, string @event);

        [LoggerMessage(202, LogLevel.Error, "A connection listener of {Namespace} threw.", EventName = "ConnectionListenerFailed")]
        public static partial void ConnectionListenerFailed(ILogger logger, Exception exception, string @namespace);

        [LoggerMessage(204, LogLevel.Error, "A listener of {Namespace} for who comes into rooms and leaves them threw.", EventName = "RoomListenerFailed")]
        public static partial void RoomListenerFailed(ILogger logger, Exception exception, string @namespace);

        [LoggerMessage(203, LogLevel.Information, "A user of {Namespace} may not have another connection: the limit is {Limit}.", EventName = "TooManyConnectionsOfUser")]
        public static partial void TooManyConnectionsOfUser(ILogger logger, string @namespace, int limit);
    }
}
