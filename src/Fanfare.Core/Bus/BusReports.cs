using Microsoft.Extensions.Logging;

namespace Fanfare;

/// <summary>What a bus counts and logs. Never with a lock held: who listens to counters is not ours.</summary>
internal sealed partial class BusReports(FanfareMetrics metrics, ILogger logger)
{
    public void Published() => metrics.BusPublished();

    /// <summary>An event was dropped from the queue of a subscription that was full.</summary>
    public void Missed(BusTopic topic, int capacity)
    {
        if (metrics.Refused(FanfareMetrics.Limit.BusQueue))
        {
            Log.QueueFull(logger, topic, capacity);
        }
    }

    public void HandlerFailed(BusTopic topic, Exception exception)
    {
        metrics.BusHandlerFailed();
        Log.HandlerFailed(logger, topic, exception);
    }

    /// <summary>An event does not fit the type of a subscription. Other programs may publish too, so it must not flood the log; its text stays out of it.</summary>
    public void Unreadable(BusTopic topic, Type type, Exception exception)
    {
        if (metrics.BusUnreadable())
        {
            Log.Unreadable(logger, topic, type, exception.GetType().Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(301, LogLevel.Warning, "A subscription to {Topic} does not keep up: {Capacity} events wait, and the oldest was dropped.", EventName = "BusQueueFull")]
        public static partial void QueueFull(ILogger logger, BusTopic topic, int capacity);

        [LoggerMessage(302, LogLevel.Error, "A bus handler of {Topic} threw.", EventName = "BusHandlerFailed")]
        public static partial void HandlerFailed(ILogger logger, BusTopic topic, Exception exception);

        [LoggerMessage(303, LogLevel.Warning, "An event of {Topic} was skipped: it cannot be read as {Type} ({Error}).", EventName = "BusEventUnreadable")]
        public static partial void Unreadable(ILogger logger, BusTopic topic, Type type, string error);
    }
}
