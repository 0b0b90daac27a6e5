namespace Fanfare;

/// <summary>Gathers the answers to one broadcast that wants acks. Safe to use from any thread.</summary>
public sealed class AckCollector
{
    private readonly Lock _lock = new();
    private readonly List<Arguments> _answers = [];
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _expected;
    private bool _isSealed;

    /// <summary>Completes when every receiver has answered.</summary>
    public Task Completion => _done.Task;

    /// <summary>Tells that this many receivers more will answer.</summary>
    public void Expect(int count)
    {
        lock (_lock)
        {
            _expected += count;
        }
    }

    /// <summary>Tells that all nodes have said how many receivers they have.</summary>
    public void Seal()
    {
        lock (_lock)
        {
            _isSealed = true;
            CompleteIfAllAnswered();
        }
    }

    /// <summary>Takes one receiver's answer.</summary>
    public void Answer(Arguments arguments)
    {
        lock (_lock)
        {
            _answers.Add(arguments);
            CompleteIfAllAnswered();
        }
    }

    /// <summary>The answers so far, in the order they came.</summary>
    public IReadOnlyList<Arguments> Answers()
    {
        lock (_lock)
        {
            return [.. _answers];
        }
    }

    private void CompleteIfAllAnswered()
    {
        if (_isSealed && _answers.Count >= _expected)
        {
            _done.TrySetResult();
        }
    }
}
