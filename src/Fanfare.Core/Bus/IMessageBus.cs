namespace Fanfare;

/// <summary>Publish and subscribe for the application itself, apart from rooms and their members. Safe to use from any thread.</summary>
/// <remarks>
/// <para>Events travel as JSON, written once and read by each subscription as its own type, so nothing is shared between publisher and subscribers. Nothing is kept: who subscribes later hears later events.</para>
/// <para>Each subscription has a bounded queue (<see cref="MessageBusOptions.QueueCapacity"/>). When it is full the oldest event is dropped, counted, logged, and told by the <see cref="BusEvent{T}.Missed"/> of the next one. Publishing never waits for a subscriber.</para>
/// <para>Handlers of one subscription run one at a time, in the order of publishing. One that throws is logged, and so is a value that does not fit its type; the next event follows.</para>
/// </remarks>
public interface IMessageBus
{
    /// <summary>Publishes an event. Completes when the bus has taken it, not when it was handled.</summary>
    /// <param name="channel">Any text but the empty one; taken as it is, never as a pattern.</param>
    /// <param name="event">Written as JSON; binary as base64.</param>
    /// <param name="cancellationToken">Ends the wait for the bus.</param>
    /// <exception cref="ArgumentException">The channel is empty.</exception>
    /// <exception cref="NotSupportedException">The registered JSON resolver does not know <typeparamref name="T"/>.</exception>
    /// <exception cref="System.Text.Json.JsonException">The event cannot be written as JSON.</exception>
    ValueTask PublishAsync<T>(string channel, T @event, CancellationToken cancellationToken = default);

    /// <summary>Calls a handler with every event of a topic that is published from now on.</summary>
    /// <param name="topic">One channel, or all that fit a pattern.</param>
    /// <param name="handler">Called on the thread pool, without the publisher's context.</param>
    /// <param name="cancellationToken">Ends the wait for the subscription to stand, not the subscription.</param>
    /// <returns>
    /// Ends this subscription, and no other, when disposed: after <c>DisposeAsync</c> no call of the handler starts, and the one that was running has ended. Only the handler itself does
    /// not wait for itself, so it may dispose its own subscription; it must not wait for somebody else who does.
    /// </returns>
    /// <exception cref="NotSupportedException">The registered JSON resolver does not know <typeparamref name="T"/>.</exception>
    ValueTask<IAsyncDisposable> SubscribeAsync<T>(BusTopic topic, Func<BusEvent<T>, ValueTask> handler, CancellationToken cancellationToken = default);
}
