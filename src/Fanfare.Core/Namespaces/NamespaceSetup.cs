namespace Fanfare;

/// <summary>What an application registers for a namespace: once, for every wire.</summary>
public abstract class NamespaceSetup
{
    private protected NamespaceSetup(Registrations registrations, NamespaceOptions options)
    {
        Registered = registrations;
        Options = options;
    }

    /// <summary>How the namespace behaves. Change it before the first connection.</summary>
    public NamespaceOptions Options { get; }

    internal Registrations Registered { get; }

    /// <summary>Told when a connection has come in, on whatever wire, event streams included; a continued session too. It must not wait.</summary>
    public event Action<Connection>? Entered
    {
        add => Registered.Entered += value;
        remove => Registered.Entered -= value;
    }

    /// <summary>Told when a connection came into a room: once per connection and room, on whatever wire, not when a session is merely taken over. It must not wait.</summary>
    /// <remarks>Of one connection, this and <see cref="Left"/> are told one at a time and in the order in which it moved, perhaps on another thread than the one that moved it.</remarks>
    public event Action<Connection, string>? Joined
    {
        add => Registered.Joined += value;
        remove => Registered.Joined -= value;
    }

    /// <summary>Told when a connection left a room, by itself or by its end. It must not wait.</summary>
    public event Action<Connection, string>? Left
    {
        add => Registered.Left += value;
        remove => Registered.Left -= value;
    }

    /// <summary>Told when a connection ended, before its rooms are left.</summary>
    public event Action<Connection, CloseReason>? Ended
    {
        add => Registered.Ended += value;
        remove => Registered.Ended -= value;
    }

    /// <summary>Sets who says whose a connection is: on every connect, recovery included. Without one it is the request's own user.</summary>
    /// <param name="authenticator">Returns the user; <see langword="null"/> refuses with <c>unauthorized</c>; a <see cref="ConnectException"/> refuses with its own text.</param>
    public void Authenticate(Func<Handshake, ValueTask<User?>> authenticator) => Registered.Authenticator = authenticator;

    /// <summary>Sets which rooms a user may enter and read when a client names them, and when a session is continued. Without one a client can name none, and sessions keep their rooms.</summary>
    public void AuthorizeRooms(Func<User, string, ValueTask<bool>> policy) => Registered.RoomPolicy = policy;

    /// <summary>Lets everybody, also without proof of identity, into the rooms whose name matches a glob such as <c>open-*</c>: for demos and public servers.</summary>
    public void OpenRooms(string pattern)
    {
        var glob = GlobPattern.Parse(pattern);
        Options.AllowAnonymous = true;
        AuthorizeRooms((_, room) => ValueTask.FromResult(glob.IsMatch(room)));
    }

    /// <summary>Adds a step around each entry into rooms that a wire serves by itself (join requests of the plain wire; not handlers of one's own, nor event streams): checks before <c>next</c>, what the client should see first after it.</summary>
    public void UseJoin(Func<JoinRequest, Func<ValueTask>, ValueTask> middleware) => Registered.JoinMiddlewares.Add(middleware);

    /// <summary>Adds a middleware that every new connection passes; a <see cref="ConnectException"/> refuses it.</summary>
    public void Use(Func<Connection, Func<Task>, Task> middleware) => Registered.Middlewares.Add(middleware);

    /// <summary>Adds a listener for each new connection, before anything that comes on it.</summary>
    public void OnConnection(Action<Connection> listener) =>
        Registered.ConnectionListeners.Add(connection =>
        {
            listener(connection);
            return Task.CompletedTask;
        });

    /// <summary>Adds a listener for each new connection; what comes on it is handled once the listener has reached its first wait.</summary>
    public void OnConnection(Func<Connection, Task> listener) => Registered.ConnectionListeners.Add(listener);

    /// <summary>Adds a handler for every connection that sees the whole event and acks by itself.</summary>
    /// <exception cref="ArgumentException">The event name is reserved.</exception>
    public void On(string @event, Func<EventContext, ValueTask> handler) => Registered.Handlers.Add(@event, handler);

    /// <summary>Adds a handler for what other servers of the cluster emit.</summary>
    /// <exception cref="ArgumentException">The event name is reserved.</exception>
    public void OnServerEvent(string @event, Func<ServerEventContext, ValueTask> handler) => Registered.ServerEvents.Add(@event, handler);

    /// <summary>Sets what answers when the arguments of an event do not fit its handler; it returns whether it did.</summary>
    public void OnArgumentsRefused(Func<EventContext, Exception, bool> hook) => Registered.ArgumentsRefused = hook;
}
