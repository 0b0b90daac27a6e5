namespace Fanfare;

/// <summary>What an application registered for a namespace, or for all namespaces of a pattern.</summary>
internal sealed class Registrations
{
    public HandlerTable<Func<EventContext, ValueTask>> Handlers { get; } = new();

    public List<Func<Connection, Func<Task>, Task>> Middlewares { get; } = [];

    public List<Func<Connection, Task>> ConnectionListeners { get; } = [];

    public HandlerTable<Func<ServerEventContext, ValueTask>> ServerEvents { get; } = new();

    public Func<Handshake, ValueTask<User?>>? Authenticator { get; set; }

    public Func<User, string, ValueTask<bool>>? RoomPolicy { get; set; }

    public List<Func<JoinRequest, Func<ValueTask>, ValueTask>> JoinMiddlewares { get; } = [];

    public Func<EventContext, Exception, bool>? ArgumentsRefused { get; set; }

    public Action<Connection>? Entered { get; set; }

    public Action<Connection, string>? Joined { get; set; }

    public Action<Connection, string>? Left { get; set; }

    public Action<Connection, CloseReason>? Ended { get; set; }
}
