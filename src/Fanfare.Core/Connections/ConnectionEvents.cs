namespace Fanfare;

/// <summary>Handlers of one connection with typed arguments.</summary>
/// <remarks>
/// Missing trailing arguments are <see langword="default"/>, extra ones are ignored. When an argument does not fit, the handler is
/// not called and the ack is <c>{"error":"bad_message"}</c>. A handler that returns a value acks it; one that returns nothing acks without arguments.
/// </remarks>
public static class ConnectionEvents
{
    /// <summary>Adds a handler without arguments.</summary>
    public static void On(this Connection connection, string @event, Action handler) =>
        connection.On(@event, TypedHandler.Of(_ =>
        {
            handler();
            return Task.CompletedTask;
        }));

    /// <summary>Adds a handler without arguments.</summary>
    public static void On(this Connection connection, string @event, Func<Task> handler) =>
        connection.On(@event, TypedHandler.Of(_ => handler()));

    /// <summary>Adds a handler that sees the whole event and acks by itself.</summary>
    public static void On(this Connection connection, string @event, Action<EventContext> handler) =>
        connection.On(@event, context =>
        {
            handler(context);
            return ValueTask.CompletedTask;
        });

    /// <summary>Adds a handler of one argument.</summary>
    public static void On<T>(this Connection connection, string @event, Action<T> handler) =>
        connection.On(@event, TypedHandler.Of<T>((_, value) =>
        {
            handler(value);
            return Task.CompletedTask;
        }));

    /// <summary>Adds a handler of one argument.</summary>
    public static void On<T>(this Connection connection, string @event, Func<T, Task> handler) =>
        connection.On(@event, TypedHandler.Of<T>((_, value) => handler(value)));

    /// <summary>Adds a handler of two arguments.</summary>
    public static void On<T1, T2>(this Connection connection, string @event, Func<T1, T2, Task> handler) =>
        connection.On(@event, TypedHandler.Of<T1, T2>((_, first, second) => handler(first, second)));

    /// <summary>Adds a handler of three arguments.</summary>
    public static void On<T1, T2, T3>(this Connection connection, string @event, Func<T1, T2, T3, Task> handler) =>
        connection.On(@event, TypedHandler.Of<T1, T2, T3>((_, first, second, third) => handler(first, second, third)));

    /// <summary>Adds a handler without arguments whose result is the ack.</summary>
    public static void On<TAck>(this Connection connection, string @event, Func<Task<TAck>> handler) =>
        connection.On(@event, TypedHandler.Answering(_ => handler()));

    /// <summary>Adds a handler of one argument whose result is the ack.</summary>
    public static void On<T, TAck>(this Connection connection, string @event, Func<T, Task<TAck>> handler) =>
        connection.On(@event, TypedHandler.Answering<T, TAck>((_, value) => handler(value)));

    /// <summary>Adds a handler of two arguments whose result is the ack.</summary>
    public static void On<T1, T2, TAck>(this Connection connection, string @event, Func<T1, T2, Task<TAck>> handler) =>
        connection.On(@event, TypedHandler.Answering<T1, T2, TAck>((_, first, second) => handler(first, second)));
}
