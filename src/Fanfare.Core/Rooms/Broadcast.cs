namespace Fanfare;

/// <summary>A message on its way to its target: what travels between nodes and into the log. Immutable.</summary>
/// <param name="message">What is said.</param>
/// <param name="target">Who should hear it.</param>
/// <param name="id">Its position, when a shared log has stamped it already.</param>
/// <param name="ackId">The number under which receivers answer, or <see langword="null"/> when no answer is wanted.</param>
/// <param name="placed">See <see cref="Placed"/>.</param>
public sealed class Broadcast(Message message, BroadcastTarget target, EventId? id = null, long? ackId = null, Action<EventId?>? placed = null)
{
    /// <summary>Told on the node that sent it, when it has its place and before any later one has: what a wire sends from here leaves in cursor order. Under the namespace's lock: it must not call user code.</summary>
    public Action<EventId?>? Placed { get; } = placed;

    /// <summary>What is said.</summary>
    public Message Message { get; } = message;

    /// <summary>Who should hear it.</summary>
    public BroadcastTarget Target { get; } = target;

    /// <summary>Its position, when a shared log has stamped it already.</summary>
    public EventId? Id { get; } = id;

    /// <summary>The number under which receivers answer, or <see langword="null"/>.</summary>
    public long? AckId { get; } = ackId;
}
