namespace Fanfare;

// How one item of the inbox is served: listeners, middlewares, handlers; whatever they throw stays here.
public abstract partial class Connection
{
    private ValueTask ServeSafely(WireRequest request)
    {
        ValueTask task;
        try
        {
            task = request.RunAsync();
        }
        catch (Exception exception)
        {
            Fail(request, exception);
            return ValueTask.CompletedTask;
        }

        return task.IsCompletedSuccessfully ? task : Watched(task);

        async ValueTask Watched(ValueTask task)
        {
            try
            {
                await task.ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Fail(request, exception);
            }
        }
    }

    private ValueTask RefuseUnfit(EventContext context)
    {
        RefuseArguments(context, new FormatException("The arguments are no Unicode text."));
        return ValueTask.CompletedTask;
    }

    private ValueTask DispatchSafely(EventContext context)
    {
        ValueTask task;
        var activity = FanfareDiagnostics.StartEvent(NamespaceName, context.Event);
        try
        {
            task = context.IsUnfit ? RefuseUnfit(context) : _listeners is null ? RunHandlers(context, _scope.Handlers.Find(context.Event), isHeard: false) : DispatchAsync(context, _listeners);
        }
        catch (Exception exception)
        {
            Fail(context, exception);
            activity?.Dispose();
            return ValueTask.CompletedTask;
        }

        if (task.IsCompletedSuccessfully)
        {
            activity?.Dispose();
            return task;
        }

        return Watched(task);

        async ValueTask Watched(ValueTask task)
        {
            try
            {
                await task.ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Fail(context, exception);
            }
            finally
            {
                activity?.Dispose();
            }
        }
    }

    private async ValueTask DispatchAsync(EventContext context, Listeners listeners)
    {
        foreach (var listener in listeners.Any.ToArray())
        {
            await listener(context).ConfigureAwait(false);
        }

        if (listeners.Middlewares.Count > 0)
        {
            try
            {
                if (!await PassAsync(context, listeners.Middlewares.ToArray()).ConfigureAwait(false))
                {
                    return;
                }
            }
            catch (Exception exception)
            {
                Tell(listeners.Error, exception);
                return;
            }
        }

        await RunHandlers(context, [.. _scope.Handlers.Find(context.Event), .. listeners.Handlers.Find(context.Event)], listeners.Any.Count > 0).ConfigureAwait(false);
    }

    private static async Task<bool> PassAsync(EventContext context, Func<EventContext, Func<Task>, Task>[] middlewares)
    {
        var passed = false;
        await Step(0).ConfigureAwait(false);
        return passed;

        Task Step(int index)
        {
            if (index == middlewares.Length)
            {
                passed = true;
                return Task.CompletedTask;
            }

            return middlewares[index](context, () => Step(index + 1));
        }
    }

    private static ValueTask RunHandlers(EventContext context, Func<EventContext, ValueTask>[] handlers, bool isHeard)
    {
        switch (handlers.Length)
        {
            case 0:
                if (!isHeard)
                {
                    context.LeaveUnhandled();
                }

                return ValueTask.CompletedTask;
            case 1:
                return handlers[0](context);
            default:
                return RunAll();
        }

        async ValueTask RunAll()
        {
            foreach (var handler in handlers)
            {
                await handler(context).ConfigureAwait(false);
            }
        }
    }

    private void Fail(object item, Exception exception)
    {
        _scope.Metrics.HandlerFailed(NamespaceName);
        Log.HandlerFailed(_scope.Logger, exception, NamespaceName, NameOf(item));
        Fail(item);
    }
}
