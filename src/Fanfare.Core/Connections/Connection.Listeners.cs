namespace Fanfare;

/// <summary>What the application attached to one connection besides what its namespace has; most connections have none.</summary>
internal sealed class Listeners
{
    public HandlerTable<Func<EventContext, ValueTask>> Handlers { get; } = new();

    public List<Func<EventContext, ValueTask>> Any { get; } = [];

    public List<Action<Message>> AnyOutgoing { get; } = [];

    public List<Func<EventContext, Func<Task>, Task>> Middlewares { get; } = [];

    public List<Action<Exception>> Error { get; } = [];

    public List<Action<CloseReason>> Disconnecting { get; } = [];

    public List<Action<CloseReason>> Disconnect { get; } = [];
}
