using System.Runtime.ExceptionServices;
using Microsoft.Coyote.Runtime;

namespace Fanfare;

/// <summary>In the place of the base library's: each item has a thread at once, so that it may run at any time, and the end of a run can wait for all.</summary>
/// <remarks>Threads are used again, because making one costs more than anything else in a run. Only one of them runs at a time, so nothing here needs a lock.</remarks>
internal static class ThreadPool
{
    private static readonly List<Worker> Workers = [];
    private static readonly Stack<Worker> Idle = [];
    private static TaskCompletionSource? _whenIdle;
    private static ExceptionDispatchInfo? _failure;

    public static bool UnsafeQueueUserWorkItem(IThreadPoolWorkItem item, bool preferLocal) => Start(item.Execute);

    public static bool UnsafeQueueUserWorkItem<T>(Action<T> work, T state, bool preferLocal) => Start(() => work(state));

    public static bool QueueUserWorkItem(WaitCallback work) => Start(() => work(null));

    /// <summary>Forgets what an earlier run left.</summary>
    public static void Reset()
    {
        Workers.Clear();
        Idle.Clear();
        _whenIdle = null;
        _failure = null;
    }

    /// <summary>Returns when no item runs or waits; throws what the first one that failed threw.</summary>
    public static void WaitUntilIdle()
    {
        while (Idle.Count < Workers.Count)
        {
            _whenIdle = new TaskCompletionSource();
            _whenIdle.Task.Wait();
        }

        _failure?.Throw();
    }

    /// <summary>Ends the threads; they are idle.</summary>
    public static void Stop()
    {
        while (Idle.TryPop(out var worker))
        {
            worker.Wake(null);
        }

        foreach (var worker in Workers)
        {
            worker.Ended.Wait();
        }
    }

    private static bool Start(Action item)
    {
        if (Idle.TryPop(out var worker))
        {
            worker.Wake(item);
            SchedulingPoint.Interleave();
        }
        else
        {
            worker = new Worker();
            Workers.Add(worker);
            worker.Ended = Task.Run(() => worker.Run(item));
        }

        return true;
    }

    private sealed class Worker
    {
        private TaskCompletionSource<Action?> _next = new();

        public Task Ended { get; set; } = Task.CompletedTask;

        public void Wake(Action? item) => _next.SetResult(item);

        public void Run(Action first)
        {
            for (var item = first; item is not null; item = _next.Task.Result)
            {
                try
                {
                    item();
                }
                catch (Exception exception)
                {
                    _failure ??= ExceptionDispatchInfo.Capture(exception);
                }

                _next = new TaskCompletionSource<Action?>();
                Idle.Push(this);
                if (Idle.Count == Workers.Count)
                {
                    _whenIdle?.TrySetResult();
                }
            }
        }
    }
}
