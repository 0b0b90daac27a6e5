using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Fanfare;

/// <summary>The usual ways to subscribe to an <see cref="IMessageBus"/>.</summary>
public static class MessageBusExtensions
{
    /// <summary>Calls a handler with every event of one channel from now on.</summary>
    /// <returns>Ends this subscription when disposed; see <see cref="IMessageBus.SubscribeAsync"/>.</returns>
    /// <exception cref="ArgumentException">The channel is empty.</exception>
    public static ValueTask<IAsyncDisposable> SubscribeAsync<T>(this IMessageBus bus, string channel, Action<T> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return bus.SubscribeAsync<T>(BusTopic.Channel(channel), found =>
        {
            handler(found.Value);
            return ValueTask.CompletedTask;
        });
    }

    /// <inheritdoc cref="SubscribeAsync{T}(IMessageBus, string, Action{T})"/>
    /// <remarks>The next event waits until the handler's task has ended.</remarks>
    public static ValueTask<IAsyncDisposable> SubscribeAsync<T>(this IMessageBus bus, string channel, Func<T, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return bus.SubscribeAsync<T>(BusTopic.Channel(channel), found => new ValueTask(handler(found.Value)));
    }

    /// <summary>Calls a handler with the channel and the event, for every channel that fits the pattern, from now on.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="pattern">Read as <see cref="GlobPattern"/> says.</param>
    /// <param name="handler">Gets the name of the channel and the event.</param>
    /// <returns>Ends this subscription when disposed; see <see cref="IMessageBus.SubscribeAsync"/>.</returns>
    /// <exception cref="ArgumentException">The pattern is empty.</exception>
    public static ValueTask<IAsyncDisposable> SubscribePatternAsync<T>(this IMessageBus bus, string pattern, Action<string, T> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return bus.SubscribeAsync<T>(BusTopic.Pattern(pattern), found =>
        {
            handler(found.Channel, found.Value);
            return ValueTask.CompletedTask;
        });
    }

    /// <inheritdoc cref="SubscribePatternAsync{T}(IMessageBus, string, Action{string, T})"/>
    /// <remarks>The next event waits until the handler's task has ended.</remarks>
    public static ValueTask<IAsyncDisposable> SubscribePatternAsync<T>(this IMessageBus bus, string pattern, Func<string, T, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return bus.SubscribeAsync<T>(BusTopic.Pattern(pattern), found => new ValueTask(handler(found.Channel, found.Value)));
    }

    /// <inheritdoc cref="AsAsyncEnumerable{T}(IMessageBus, BusTopic)"/>
    /// <param name="bus">The bus.</param>
    /// <param name="channel">The name of the channel.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">The channel is empty.</exception>
    public static IAsyncEnumerable<BusEvent<T>> AsAsyncEnumerable<T>(this IMessageBus bus, string channel, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bus);
        return ReadAsync<T>(bus, BusTopic.Channel(channel), cancellationToken);
    }

    /// <summary>The events of a topic as a sequence without an end. Each enumeration subscribes at its first step and ends its subscription when it is left.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="topic">One channel, or all that fit a pattern.</param>
    /// <remarks>
    /// A reader slower than the channel is told by <see cref="BusEvent{T}.Missed"/> how many events are gone just before the one it reads.
    /// <c>WithCancellation</c> ends the enumeration with an <see cref="OperationCanceledException"/>.
    /// </remarks>
    public static IAsyncEnumerable<BusEvent<T>> AsAsyncEnumerable<T>(this IMessageBus bus, BusTopic topic)
    {
        ArgumentNullException.ThrowIfNull(bus);
        ArgumentNullException.ThrowIfNull(topic);
        return ReadAsync<T>(bus, topic);
    }

    private static async IAsyncEnumerable<BusEvent<T>> ReadAsync<T>(IMessageBus bus, BusTopic topic, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // The queue is that of the subscription. Its handler waits here until the reader has taken what it brought.
        var hand = Channel.CreateBounded<BusEvent<T>>(new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });
        var subscription = await bus.SubscribeAsync<T>(topic, found => PassAsync(hand.Writer, found), cancellationToken).ConfigureAwait(false);
        try
        {
            await foreach (var found in hand.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return found;
            }
        }
        finally
        {
            hand.Writer.TryComplete();
            await subscription.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async ValueTask PassAsync<T>(ChannelWriter<BusEvent<T>> writer, BusEvent<T> found)
    {
        while (!writer.TryWrite(found) && await writer.WaitToWriteAsync().ConfigureAwait(false))
        {
        }
    }
}
