namespace Fanfare;

/// <summary>What is said: an event name and its arguments. Knows no wire format. Immutable; safe to share.</summary>
/// <param name="event">The name; not reserved (see <see cref="ReservedEvents"/>).</param>
/// <param name="arguments">The arguments.</param>
public sealed class Message(string @event, Arguments arguments)
{
    /// <summary>The name of the event.</summary>
    public string Event { get; } = @event;

    /// <summary>The arguments.</summary>
    public Arguments Arguments { get; } = arguments;
}
