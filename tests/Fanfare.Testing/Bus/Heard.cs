using System.Threading.Channels;

namespace Fanfare.Testing.Bus;

/// <summary>What a handler was called with, to be waited for.</summary>
public sealed class Heard<T>
{
    private readonly Channel<T> _values = Channel.CreateUnbounded<T>();

    /// <summary>A handler.</summary>
    public void Add(T value) => Assert.True(_values.Writer.TryWrite(value));

    public async Task<T> NextAsync() => await _values.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Within(Timeouts.Default);

    public async Task<IReadOnlyList<T>> TakeAsync(int count)
    {
        var taken = new List<T>(count);
        while (taken.Count < count)
        {
            taken.Add(await NextAsync());
        }

        return taken;
    }

    /// <summary>Everything up to a value that satisfies the condition, it too.</summary>
    public async Task<IReadOnlyList<T>> TakeUntilAsync(Func<T, bool> isLast)
    {
        var taken = new List<T>();
        do
        {
            taken.Add(await NextAsync());
        }
        while (!isLast(taken[^1]));

        return taken;
    }
}
