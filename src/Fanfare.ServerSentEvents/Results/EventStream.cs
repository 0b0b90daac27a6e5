using Microsoft.AspNetCore.Http;

namespace Fanfare.ServerSentEvents;

/// <summary>Answers a request with a sequence as an event stream, apart from rooms: <c>app.MapGet("/ticks", (IMessageBus bus) =&gt; EventStream.FromBus(bus.AsAsyncEnumerable&lt;Tick&gt;("ticks")))</c>.</summary>
/// <remarks>
/// The stream ends with the sequence, with its client, and when the server stops. A slow client slows the sequence down. The values are written as the
/// arguments of events are, binary as base64. There are no ids: such a stream does not resume.
/// </remarks>
public static class EventStream
{
    /// <summary>Sends each item of a sequence as an event.</summary>
    /// <param name="items">The sequence; it is enumerated once for each request, and told when the client has gone.</param>
    /// <param name="eventName">The name of the events. Default <c>message</c>, which <c>EventSource.onmessage</c> hears.</param>
    /// <exception cref="ArgumentException">The name is empty, holds CR, LF or NUL, or belongs to the wire (<c>connected</c>, <c>reset</c>, <c>open</c>, <c>error</c>, <c>event</c>).</exception>
    public static IResult From<T>(IAsyncEnumerable<T> items, string eventName = "message")
    {
        ArgumentNullException.ThrowIfNull(items);
        ThrowIfUnusable(eventName);
        return new SequenceResult<T, T>(items, eventName, static item => item, static _ => 0);
    }

    /// <summary>Sends each event of a bus as an event; when a slow client has missed some, a <c>reset</c> with <c>{"reason":"slow consumer","missed":n}</c> comes in their place.</summary>
    /// <param name="events">What <see cref="MessageBusExtensions.AsAsyncEnumerable{T}(IMessageBus, BusTopic)"/> returns.</param>
    /// <param name="eventName">The name of the events. Default <c>message</c>, which <c>EventSource.onmessage</c> hears.</param>
    /// <exception cref="ArgumentException">The name cannot be used; see <see cref="From"/>.</exception>
    public static IResult FromBus<T>(IAsyncEnumerable<BusEvent<T>> events, string eventName = "message")
    {
        ArgumentNullException.ThrowIfNull(events);
        ThrowIfUnusable(eventName);
        return new SequenceResult<BusEvent<T>, T>(events, eventName, static found => found.Value, static found => found.Missed);
    }

    private static void ThrowIfUnusable(string eventName)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        if (EventText.IsWrapped(eventName))
        {
            throw new ArgumentException($"\"{eventName}\" cannot be the name of these events: it is empty, holds a line break, or belongs to the wire.", nameof(eventName));
        }
    }
}
