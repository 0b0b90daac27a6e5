namespace Fanfare;

/// <summary>The queue of one subscription, and the one loop that takes from it while something waits.</summary>
internal sealed class BusSubscription(BusTopic topic, int capacity, Func<BusPayload, long, ValueTask> handle) : IThreadPoolWorkItem
{
    /// <summary>A handler that is always quick, on a channel that is never quiet, gives way to others after this many events.</summary>
    private const int EventsPerTurn = 128;

    /// <summary>The call that the running code belongs to, also behind an await.</summary>
    private static readonly AsyncLocal<Call?> Inside = new();

    private readonly Lock _lock = new();
    private readonly Queue<BusPayload> _waiting = new();
    private long _missed;
    private bool _isScheduled;
    private bool _hasEnded;
    private Call? _running;

    public BusTopic Topic => topic;

    public int Capacity => capacity;

    /// <summary>Adds an event, without waiting and without running any foreign code.</summary>
    /// <returns>False when the oldest had to go for it.</returns>
    public bool Enqueue(BusPayload payload)
    {
        var isFull = false;
        lock (_lock)
        {
            if (_hasEnded)
            {
                return true;
            }

            if (_waiting.Count == capacity)
            {
                _waiting.Dequeue();
                _missed++;
                isFull = true;
            }

            _waiting.Enqueue(payload);
            if (_isScheduled)
            {
                return !isFull;
            }

            _isScheduled = true;
        }

        Schedule();
        return !isFull;
    }

    /// <summary>Ends the subscription: no call of the handler starts any more. Completes when the running one has ended, except within that call.</summary>
    public Task EndAsync()
    {
        lock (_lock)
        {
            _hasEnded = true;
            _waiting.Clear();
            return _running is null || Inside.Value == _running ? Task.CompletedTask : _running.Ended;
        }
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute() => _ = TakeTurnAsync();

    private async Task TakeTurnAsync()
    {
        for (var i = 0; i < EventsPerTurn; i++)
        {
            if (!TryStart(out var call, out var payload, out var missed))
            {
                return;
            }

            await RunAsync(call, payload, missed).ConfigureAwait(false);
            End(call);
        }

        Schedule();
    }

    private bool TryStart(out Call call, out BusPayload payload, out long missed)
    {
        lock (_lock)
        {
            // From here on the call counts as running, although its first line is still to come: ending waits for it.
            (call, missed) = (new Call(), _missed);
            _isScheduled = _waiting.TryDequeue(out payload);
            _running = _isScheduled ? call : null;
            _missed = 0;
            return _isScheduled;
        }
    }

    /// <summary>An async method of its own, so that what it sets does not leak into the next call.</summary>
    private async Task RunAsync(Call call, BusPayload payload, long missed)
    {
        Inside.Value = call;
        await handle(payload, missed).ConfigureAwait(false);
    }

    private void End(Call call)
    {
        lock (_lock)
        {
            _running = null;
        }

        call.End();
    }

    private void Schedule() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>One call of the handler.</summary>
    private sealed class Call
    {
        private TaskCompletionSource? _ended;

        /// <summary>Asked for under the subscription's lock, and only while the call is the running one.</summary>
        public Task Ended => (_ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        /// <summary>Called when the call is no longer the running one, so nobody asks any more.</summary>
        public void End() => _ended?.SetResult();
    }
}
