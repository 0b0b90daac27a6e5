namespace Fanfare;

/// <summary>Reads events as the type of one subscription and calls its handler. Never throws.</summary>
internal sealed class BusHandler<T>(BusTopic topic, MessageSerializer serializer, BusReports reports, Func<BusEvent<T>, ValueTask> handler)
{
    /// <summary>Told with the next event that can be read. Only one call runs at a time.</summary>
    private long _missed;

    public async ValueTask HandleAsync(BusPayload payload, long missed)
    {
        _missed += missed;
        if (!TryRead(payload, out var value))
        {
            return;
        }

        var found = new BusEvent<T>(payload.Channel, value, _missed);
        _missed = 0;
        try
        {
            await handler(found).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            reports.HandlerFailed(topic, exception);
        }
    }

    private bool TryRead(BusPayload payload, out T value)
    {
        try
        {
            value = serializer.Read<T>(payload.Json.Span)!;
            return true;
        }
        catch (Exception exception)
        {
            // Converters and constructors of the application's types throw what they like.
            reports.Unreadable(topic, typeof(T), exception);
            value = default!;
            return false;
        }
    }
}
