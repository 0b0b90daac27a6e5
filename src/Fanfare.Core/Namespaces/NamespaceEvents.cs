namespace Fanfare;

/// <summary>Handlers of a namespace with typed arguments: registered once, for every connection.</summary>
/// <inheritdoc cref="ConnectionEvents"/>
public static class NamespaceEvents
{
    /// <summary>Adds a handler without arguments.</summary>
    public static void On(this NamespaceSetup @namespace, string @event, Func<Connection, Task> handler) =>
        @namespace.On(@event, TypedHandler.Of(handler));

    /// <summary>Adds a handler that sees the whole event and acks by itself.</summary>
    public static void On(this NamespaceSetup @namespace, string @event, Action<EventContext> handler) =>
        @namespace.On(@event, context =>
        {
            handler(context);
            return ValueTask.CompletedTask;
        });

    /// <summary>Adds a handler of one argument.</summary>
    public static void On<T>(this NamespaceSetup @namespace, string @event, Func<Connection, T, Task> handler) =>
        @namespace.On(@event, TypedHandler.Of(handler));

    /// <summary>Adds a handler of two arguments.</summary>
    public static void On<T1, T2>(this NamespaceSetup @namespace, string @event, Func<Connection, T1, T2, Task> handler) =>
        @namespace.On(@event, TypedHandler.Of(handler));

    /// <summary>Adds a handler of one argument whose result is the ack.</summary>
    public static void On<T, TAck>(this NamespaceSetup @namespace, string @event, Func<Connection, T, Task<TAck>> handler) =>
        @namespace.On(@event, TypedHandler.Answering(handler));

    /// <summary>Adds a handler of two arguments whose result is the ack.</summary>
    public static void On<T1, T2, TAck>(this NamespaceSetup @namespace, string @event, Func<Connection, T1, T2, Task<TAck>> handler) =>
        @namespace.On(@event, TypedHandler.Answering(handler));
}
