using System.Threading.Channels;

namespace Fanfare.Chat.Storage;

/// <summary>
/// The one line in which everything that clients are told leaves: steps run one at a time, in the order of posting. What was stored
/// is posted by <see cref="WriteLane"/> in the order of storing, so all connections of a room see that order, and a join that is a
/// step of its own falls between two messages, never inside one.
/// </summary>
/// <remarks>Posting is safe from any thread. A step must not wait for another step.</remarks>
public sealed partial class EventQueue : IAsyncDisposable
{
    private readonly Channel<Func<ValueTask>> _steps = Channel.CreateUnbounded<Func<ValueTask>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ILogger<EventQueue> _logger;
    private readonly Task _running;

    /// <summary>Starts the queue.</summary>
    public EventQueue(ILogger<EventQueue> logger)
    {
        _logger = logger;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Adds a step; one that throws is logged and the next runs. After disposal nothing runs any more.</summary>
    public void Post(Func<ValueTask> step) => _steps.Writer.TryWrite(step);

    /// <summary>Adds a step and waits until it has run.</summary>
    public Task RunAsync(Func<ValueTask> step)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isPosted = _steps.Writer.TryWrite(async () =>
        {
            try
            {
                await step();
            }
            finally
            {
                done.TrySetResult();
            }
        });
        return isPosted ? done.Task : Task.CompletedTask;
    }

    /// <summary>Runs what was posted, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _steps.Writer.TryComplete();
        await _running;
    }

    private async Task RunAsync()
    {
        await foreach (var step in _steps.Reader.ReadAllAsync())
        {
            try
            {
                await step();
            }
            catch (Exception exception)
            {
                Log.StepFailed(_logger, exception);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "An event could not be sent.", EventName = "StepFailed")]
        public static partial void StepFailed(ILogger logger, Exception exception);
    }
}
