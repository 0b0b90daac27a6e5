using System.Text.Json;

namespace Fanfare;

/// <summary>Wraps handlers of typed arguments: reads the arguments, calls, and acks what the handler returned (nothing: <c>[]</c>).</summary>
internal static class TypedHandler
{
    public static Func<EventContext, ValueTask> Of(Func<Connection, Task> handler) =>
        async context =>
        {
            await handler(context.Connection).ConfigureAwait(false);
            context.Ack();
        };

    public static Func<EventContext, ValueTask> Of<T>(Func<Connection, T, Task> handler) =>
        context => TryRead(context, 0, out T first) ? AckAfter(context, handler(context.Connection, first)) : ValueTask.CompletedTask;

    public static Func<EventContext, ValueTask> Of<T1, T2>(Func<Connection, T1, T2, Task> handler) =>
        context => TryRead(context, 0, out T1 first) && TryRead(context, 1, out T2 second)
            ? AckAfter(context, handler(context.Connection, first, second))
            : ValueTask.CompletedTask;

    public static Func<EventContext, ValueTask> Of<T1, T2, T3>(Func<Connection, T1, T2, T3, Task> handler) =>
        context => TryRead(context, 0, out T1 first) && TryRead(context, 1, out T2 second) && TryRead(context, 2, out T3 third)
            ? AckAfter(context, handler(context.Connection, first, second, third))
            : ValueTask.CompletedTask;

    public static Func<EventContext, ValueTask> Answering<TAck>(Func<Connection, Task<TAck>> handler) =>
        context => AckWith(context, handler(context.Connection));

    public static Func<EventContext, ValueTask> Answering<T, TAck>(Func<Connection, T, Task<TAck>> handler) =>
        context => TryRead(context, 0, out T first) ? AckWith(context, handler(context.Connection, first)) : ValueTask.CompletedTask;

    public static Func<EventContext, ValueTask> Answering<T1, T2, TAck>(Func<Connection, T1, T2, Task<TAck>> handler) =>
        context => TryRead(context, 0, out T1 first) && TryRead(context, 1, out T2 second)
            ? AckWith(context, handler(context.Connection, first, second))
            : ValueTask.CompletedTask;

    private static bool TryRead<T>(EventContext context, int index, out T value)
    {
        try
        {
            // A missing trailing argument is default, also for types that do not admit it: Socket.IO has no arity.
            value = context.Arguments.Get<T>(index)!;
            return true;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            value = default!;
            context.Connection.RefuseArguments(context, exception);
            return false;
        }
    }

    private static ValueTask AckAfter(EventContext context, Task task)
    {
        if (task.IsCompletedSuccessfully)
        {
            context.Ack();
            return ValueTask.CompletedTask;
        }

        return Wait(context, task);

        static async ValueTask Wait(EventContext context, Task task)
        {
            await task.ConfigureAwait(false);
            context.Ack();
        }
    }

    private static ValueTask AckWith<TAck>(EventContext context, Task<TAck> task)
    {
        if (task.IsCompletedSuccessfully)
        {
            context.Ack(task.GetAwaiter().GetResult());
            return ValueTask.CompletedTask;
        }

        return Wait(context, task);

        static async ValueTask Wait(EventContext context, Task<TAck> task) => context.Ack(await task.ConfigureAwait(false));
    }
}
