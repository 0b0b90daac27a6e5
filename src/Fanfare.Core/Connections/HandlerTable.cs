namespace Fanfare;

/// <summary>The handlers of events by name, in the order they were added. Safe to use from any thread.</summary>
/// <typeparam name="THandler">What is called.</typeparam>
public sealed class HandlerTable<THandler>
    where THandler : Delegate
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, THandler[]> _byEvent = new(StringComparer.Ordinal);

    /// <summary>Adds a handler behind those that an event has.</summary>
    /// <exception cref="ArgumentException">The event name is reserved.</exception>
    public void Add(string @event, THandler handler)
    {
        ReservedEvents.ThrowIfReserved(@event);
        ArgumentNullException.ThrowIfNull(handler);
        lock (_lock)
        {
            _byEvent[@event] = _byEvent.TryGetValue(@event, out var handlers) ? [.. handlers, handler] : [handler];
        }
    }

    /// <summary>Removes a handler; false when the event does not have it.</summary>
    public bool Remove(string @event, THandler handler)
    {
        lock (_lock)
        {
            if (!_byEvent.TryGetValue(@event, out var handlers) || !handlers.Contains(handler))
            {
                return false;
            }

            var rest = handlers.Where(other => !other.Equals(handler)).ToArray();
            if (rest.Length == 0)
            {
                _byEvent.Remove(@event);
            }
            else
            {
                _byEvent[@event] = rest;
            }

            return true;
        }
    }

    /// <summary>The handlers of an event; none when nobody listens.</summary>
    public THandler[] Find(string @event)
    {
        lock (_lock)
        {
            return _byEvent.TryGetValue(@event, out var handlers) ? handlers : [];
        }
    }
}
