namespace Fanfare;

/// <summary>What a node's namespace does for an adapter, whether the wish came from this node or another. Safe to use from any thread.</summary>
public interface INode
{
    /// <summary>The name of the namespace.</summary>
    string NamespaceName { get; }

    /// <summary>Delivers a broadcast to the local members it means, in the namespace's order.</summary>
    /// <returns>Its position when the log keeps it, else <see langword="null"/>.</returns>
    EventId? Deliver(Broadcast broadcast);

    /// <summary>Delivers a broadcast that wants acks: expects as many answers as there are local receivers, and hands each over as it comes.</summary>
    void Deliver(Broadcast broadcast, AckCollector answers);

    /// <summary>Snapshots of the local connections that the target means.</summary>
    IReadOnlyList<RemoteConnection> Fetch(BroadcastTarget target);

    /// <summary>How many local connections the target means.</summary>
    int Count(BroadcastTarget target);

    /// <summary>Puts the local connections that the target means into rooms.</summary>
    void Join(BroadcastTarget target, IReadOnlyList<string> rooms);

    /// <summary>Takes the local connections that the target means out of rooms.</summary>
    void Leave(BroadcastTarget target, IReadOnlyList<string> rooms);

    /// <summary>Ends the local connections that the target means.</summary>
    void Disconnect(BroadcastTarget target, bool close);

    /// <summary>Hands an event of another node to the namespace's server-side handlers; completes with the first ack, or not at all when nobody acks.</summary>
    Task<Arguments> HandleServerEventAsync(Message message);
}
