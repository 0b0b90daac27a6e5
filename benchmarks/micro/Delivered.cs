namespace Fanfare.Benchmarks.Micro;

/// <summary>Counts what the wires have taken and tells when it is all that was expected. One expectation at a time.</summary>
internal sealed class Delivered
{
    private TaskCompletionSource _all = new();
    private int _missing;

    public Task Expect(int count)
    {
        _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _missing, count);
        return _all.Task;
    }

    public void Add(int count)
    {
        if (Interlocked.Add(ref _missing, -count) == 0)
        {
            _all.SetResult();
        }
    }
}
