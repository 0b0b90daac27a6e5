namespace Fanfare;

/// <summary>The adapter of a server that stands alone: everything happens on this node.</summary>
public sealed class LocalAdapter(INode node) : IAdapter
{
    /// <inheritdoc/>
    public ValueTask<EventId?> PublishAsync(Broadcast broadcast) => ValueTask.FromResult(node.Deliver(broadcast));

    /// <inheritdoc/>
    public ValueTask PublishAsync(Broadcast broadcast, AckCollector answers)
    {
        node.Deliver(broadcast, answers);
        answers.Seal();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RemoteConnection>> FetchAsync(BroadcastTarget target) => ValueTask.FromResult(node.Fetch(target));

    /// <inheritdoc/>
    public ValueTask<int> CountAsync(BroadcastTarget target) => ValueTask.FromResult(node.Count(target));

    /// <inheritdoc/>
    public ValueTask JoinAsync(BroadcastTarget target, IReadOnlyList<string> rooms)
    {
        node.Join(target, rooms);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask LeaveAsync(BroadcastTarget target, IReadOnlyList<string> rooms)
    {
        node.Leave(target, rooms);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisconnectAsync(BroadcastTarget target, bool close)
    {
        node.Disconnect(target, close);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ServerEmitAsync(Message message) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public Task<IReadOnlyList<Arguments>> ServerEmitWithAckAsync(Message message, TimeSpan timeout) =>
        Task.FromResult<IReadOnlyList<Arguments>>([]);
}

/// <summary>Makes <see cref="LocalAdapter"/>s.</summary>
public sealed class LocalAdapterFactory : IAdapterFactory
{
    /// <inheritdoc/>
    public IAdapter Create(INode node) => new LocalAdapter(node);
}
