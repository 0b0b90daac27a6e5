namespace Fanfare;

/// <summary>Carries what one namespace does between nodes; each call reaches this node too, except server-side events. Safe to use from any thread.</summary>
public interface IAdapter
{
    /// <summary>Sends a broadcast to the members it means on all nodes.</summary>
    /// <returns>Its position when the log keeps it, else <see langword="null"/>; completed once the log has stamped it.</returns>
    ValueTask<EventId?> PublishAsync(Broadcast broadcast);

    /// <summary>Sends a broadcast that wants acks; completes when all nodes have said how many answers to expect. It leaves sealing to nobody else.</summary>
    ValueTask PublishAsync(Broadcast broadcast, AckCollector answers);

    /// <summary>Snapshots of the connections that the target means.</summary>
    ValueTask<IReadOnlyList<RemoteConnection>> FetchAsync(BroadcastTarget target);

    /// <summary>How many connections the target means.</summary>
    ValueTask<int> CountAsync(BroadcastTarget target);

    /// <summary>Puts the connections that the target means into rooms.</summary>
    ValueTask JoinAsync(BroadcastTarget target, IReadOnlyList<string> rooms);

    /// <summary>Takes the connections that the target means out of rooms.</summary>
    ValueTask LeaveAsync(BroadcastTarget target, IReadOnlyList<string> rooms);

    /// <summary>Ends the connections that the target means.</summary>
    ValueTask DisconnectAsync(BroadcastTarget target, bool close);

    /// <summary>Sends an event to the other nodes' server-side handlers.</summary>
    ValueTask ServerEmitAsync(Message message);

    /// <summary>Sends an event to the other nodes' server-side handlers and gathers one answer of each.</summary>
    /// <exception cref="TimeoutException">Not every node answered in time.</exception>
    Task<IReadOnlyList<Arguments>> ServerEmitWithAckAsync(Message message, TimeSpan timeout);
}

/// <summary>Makes the adapter of a namespace.</summary>
public interface IAdapterFactory
{
    /// <summary>Makes the adapter through which <paramref name="node"/> reaches its peers.</summary>
    IAdapter Create(INode node);
}
