namespace Fanfare.WebSockets.Tests;

/// <summary>Lets a test wait for a condition that some event makes true: whoever changes something calls <see cref="Set"/>.</summary>
internal sealed class Signal
{
    private TaskCompletionSource _changed = New();

    public void Set() => Interlocked.Exchange(ref _changed, New()).TrySetResult();

    public async Task When(Func<bool> condition)
    {
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (condition())
            {
                return;
            }

            await changed.InTime();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
