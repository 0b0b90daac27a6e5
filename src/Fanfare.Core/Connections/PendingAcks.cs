namespace Fanfare;

/// <summary>The acks that one connection still owes. Not thread safe: its connection's lock guards it.</summary>
internal sealed class PendingAcks
{
    private const int MinCountToSweep = 32;
    private readonly Dictionary<long, Action<Arguments>> _byId = [];
    private readonly Dictionary<long, Task> _expiring = [];
    private int _sweepAt = MinCountToSweep;

    /// <summary>Waits for the answer to <paramref name="id"/>; whoever gave up by then (<paramref name="end"/>) is forgotten in time.</summary>
    public void Add(long id, Action<Arguments> answer, Task end)
    {
        if (_byId.Count >= _sweepAt)
        {
            foreach (var stale in _expiring.Where(static pair => pair.Value.IsCompleted).Select(static pair => pair.Key).ToArray())
            {
                Take(stale);
            }

            _sweepAt = Math.Max(MinCountToSweep, _byId.Count * 2);
        }

        _byId[id] = answer;
        _expiring[id] = end;
    }

    /// <summary>The one who waits for <paramref name="id"/>, or <see langword="null"/> when nobody does (any more).</summary>
    public Action<Arguments>? Take(long id)
    {
        _expiring.Remove(id);
        return _byId.Remove(id, out var answer) ? answer : null;
    }
}
