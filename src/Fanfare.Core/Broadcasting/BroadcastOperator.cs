namespace Fanfare;

/// <summary>A choice of connections of one namespace, on all nodes, and what can be done with them. Immutable; safe to use from any thread.</summary>
/// <remarks>Each method that narrows the choice returns a new operator: <c>chat.To("a").Except(id).EmitAsync("event", value)</c>.</remarks>
public sealed class BroadcastOperator
{
    /// <summary>How long acks are waited for when nothing else is said: 10 s.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    private readonly BroadcastScope _scope;
    private readonly BroadcastTarget _target;
    private readonly TimeSpan _timeout;

    /// <summary>Makes an operator; applications get theirs from a namespace or a connection.</summary>
    public BroadcastOperator(BroadcastScope scope, BroadcastTarget target)
        : this(scope, target, DefaultTimeout)
    {
    }

    private BroadcastOperator(BroadcastScope scope, BroadcastTarget target, TimeSpan timeout)
    {
        _scope = scope;
        _target = target;
        _timeout = timeout;
    }

    /// <summary>Delivered like any event, never kept in the log: for what a replay would make a ghost of.</summary>
    public BroadcastOperator Transient => With(_target.With(BroadcastFlags.Transient));

    /// <summary>Whoever cannot take it at once misses it; never kept in the log.</summary>
    public BroadcastOperator Volatile => With(_target.With(BroadcastFlags.Volatile));

    /// <summary>Only connections of this node.</summary>
    public BroadcastOperator Local => With(_target.With(BroadcastFlags.Local));

    /// <summary>Adds who is in this room.</summary>
    public BroadcastOperator To(string room) => With(_target.In(room));

    /// <summary>Adds who is in one of these rooms.</summary>
    public BroadcastOperator To(IEnumerable<string> rooms) => With(_target.In(rooms));

    /// <summary>The same as <see cref="To(string)"/>.</summary>
    public BroadcastOperator In(string room) => To(room);

    /// <summary>The same as <see cref="To(IEnumerable{string})"/>.</summary>
    public BroadcastOperator In(IEnumerable<string> rooms) => To(rooms);

    /// <summary>Leaves out who is in this room; a connection's id is a room.</summary>
    public BroadcastOperator Except(string room) => With(_target.Without([room]));

    /// <summary>Leaves out who is in one of these rooms.</summary>
    public BroadcastOperator Except(IEnumerable<string> rooms) => With(_target.Without(rooms));

    /// <summary>Whether the transport may compress it, where it compresses at all. Default true.</summary>
    public BroadcastOperator Compress(bool compress) => compress ? this : With(_target.With(BroadcastFlags.Uncompressed));

    /// <summary>How long acks are waited for. Default 10 s.</summary>
    public BroadcastOperator Timeout(TimeSpan timeout) => new(_scope, _target, timeout);

    /// <summary>Queues an event without arguments for every member of the target, without waiting for any of them.</summary>
    /// <returns>Its cursor when the log keeps it, else <see langword="null"/>.</returns>
    /// <exception cref="ArgumentException">The event name is reserved (see <see cref="ReservedEvents"/>).</exception>
    public ValueTask<EventId?> EmitAsync(string @event) => EmitAsync(@event, Arguments.Empty);

    /// <inheritdoc cref="EmitAsync(string)"/>
    public ValueTask<EventId?> EmitAsync<T>(string @event, T argument) => EmitAsync(@event, _scope.Serializer.Write(argument));

    /// <inheritdoc cref="EmitAsync(string)"/>
    public ValueTask<EventId?> EmitAsync<T1, T2>(string @event, T1 first, T2 second) =>
        EmitAsync(@event, _scope.Serializer.Write(first, second));

    /// <inheritdoc cref="EmitAsync(string)"/>
    public ValueTask<EventId?> EmitAsync<T1, T2, T3>(string @event, T1 first, T2 second, T3 third) =>
        EmitAsync(@event, _scope.Serializer.Write(first, second, third));

    /// <summary>Queues an event for every member of the target, its arguments passed on as they are.</summary>
    /// <inheritdoc cref="EmitAsync(string)"/>
    public ValueTask<EventId?> EmitAsync(string @event, Arguments arguments)
    {
        ReservedEvents.ThrowIfReserved(@event);
        return _scope.Adapter.PublishAsync(new Broadcast(new Message(@event, arguments), _target));
    }

    /// <summary>Queues an event for every member of the target and gathers their acks.</summary>
    /// <returns>The acks that came within the timeout, and whether some did not.</returns>
    /// <exception cref="ArgumentException">The event name is reserved.</exception>
    public Task<BroadcastAcks> EmitWithAckAsync(string @event, Arguments arguments)
    {
        ReservedEvents.ThrowIfReserved(@event);
        return GatherAsync(new Broadcast(new Message(@event, arguments), _target, ackId: _scope.AckIds.Next()));
    }

    /// <inheritdoc cref="EmitWithAckAsync(string, Arguments)"/>
    public Task<BroadcastAcks> EmitWithAckAsync<T>(string @event, T argument) => EmitWithAckAsync(@event, _scope.Serializer.Write(argument));

    /// <summary>Snapshots of the connections.</summary>
    public ValueTask<IReadOnlyList<RemoteConnection>> FetchSocketsAsync() => _scope.Adapter.FetchAsync(_target);

    /// <summary>How many connections there are.</summary>
    public ValueTask<int> CountAsync() => _scope.Adapter.CountAsync(_target);

    /// <summary>Puts the connections into rooms. One that is in as many rooms as it may be is left out and logged.</summary>
    public ValueTask JoinAsync(params IReadOnlyList<string> rooms) => _scope.Adapter.JoinAsync(_target, rooms);

    /// <summary>Takes the connections out of rooms.</summary>
    public ValueTask LeaveAsync(params IReadOnlyList<string> rooms) => _scope.Adapter.LeaveAsync(_target, rooms);

    /// <summary>Ends the connections.</summary>
    /// <param name="close">Whether the transport under them, with all its namespaces, closes too.</param>
    public ValueTask DisconnectAsync(bool close = false) => _scope.Adapter.DisconnectAsync(_target, close);

    private BroadcastOperator With(BroadcastTarget target) => new(_scope, target, _timeout);

    private async Task<BroadcastAcks> GatherAsync(Broadcast broadcast)
    {
        var answers = new AckCollector();
        await _scope.Adapter.PublishAsync(broadcast, answers).ConfigureAwait(false);
        try
        {
            await answers.Completion.WaitAsync(_timeout, _scope.Time).ConfigureAwait(false);
            return new BroadcastAcks(answers.Answers(), TimedOut: false);
        }
        catch (TimeoutException)
        {
            return new BroadcastAcks(answers.Answers(), TimedOut: true);
        }
    }
}
