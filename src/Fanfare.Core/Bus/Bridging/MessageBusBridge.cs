namespace Fanfare;

/// <summary>Passes events of the bus on to members of a namespace.</summary>
public static class MessageBusBridge
{
    /// <summary>Emits every event of a channel to a room: <c>await bus.BridgeAsync&lt;Order&gt;("orders", shop.To("orders"), "order")</c>.</summary>
    /// <inheritdoc cref="BridgeAsync{T}(IMessageBus, BusTopic, BroadcastOperator, string)"/>
    public static ValueTask<IAsyncDisposable> BridgeAsync<T>(this IMessageBus bus, string channel, BroadcastOperator target, string @event) =>
        bus.BridgeAsync<T>(BusTopic.Channel(channel), target, @event);

    /// <summary>Emits every event of a topic to the members of a target, in order, as the one argument of an event.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="topic">One channel, or all that fit a pattern.</param>
    /// <param name="target">Who hears it. Where bus and namespace both span nodes, bridge on one node only, or to <see cref="BroadcastOperator.Local"/> on each: else every node emits to all.</param>
    /// <param name="event">The name of the event.</param>
    /// <returns>Ends the bridge when disposed.</returns>
    /// <exception cref="ArgumentException">The event name is reserved (see <see cref="ReservedEvents"/>).</exception>
    public static ValueTask<IAsyncDisposable> BridgeAsync<T>(this IMessageBus bus, BusTopic topic, BroadcastOperator target, string @event)
    {
        ArgumentNullException.ThrowIfNull(target);
        ReservedEvents.ThrowIfReserved(@event);
        return bus.SubscribeAsync<T>(topic, async found => await target.EmitAsync(@event, found.Value).ConfigureAwait(false));
    }
}
