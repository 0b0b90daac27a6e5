using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fanfare;

/// <summary>The bus of one process. Safe to use from any thread.</summary>
public sealed class MemoryMessageBus : IMessageBus
{
    private readonly MessageSerializer _serializer;
    private readonly int _capacity;
    private readonly BusReports _reports;
    private readonly BusSubscriptions _subscriptions;

    /// <summary>Makes a bus without subscriptions.</summary>
    /// <param name="serializer">Writes and reads events.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="metrics">Counts.</param>
    /// <param name="logger">Hears of handlers that throw, of events that do not fit, and of subscriptions that do not keep up.</param>
    public MemoryMessageBus(MessageSerializer serializer, IOptions<MessageBusOptions> options, FanfareMetrics metrics, ILogger<MemoryMessageBus> logger)
    {
        _serializer = serializer;
        _capacity = options.Value.QueueCapacity;
        _reports = new BusReports(metrics, logger);
        _subscriptions = new BusSubscriptions(_reports);
    }

    /// <inheritdoc/>
    public ValueTask PublishAsync<T>(string channel, T @event, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(channel);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        var payload = BusPayload.Of(_serializer, channel, @event);
        _reports.Published();
        _subscriptions.Deliver(payload);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IAsyncDisposable> SubscribeAsync<T>(BusTopic topic, Func<BusEvent<T>, ValueTask> handler, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(handler);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IAsyncDisposable>(cancellationToken);
        }

        // A type that nobody described is told now, not with the first event.
        _ = _serializer.Options.GetTypeInfo(typeof(T));
        var typed = new BusHandler<T>(topic, _serializer, _reports, handler);
        return ValueTask.FromResult(_subscriptions.Add(new BusSubscription(topic, _capacity, typed.HandleAsync)));
    }
}
