using System.Threading.Channels;

namespace Fanfare.WebSockets.Tests;

/// <summary>What the server's side told, in order; the test takes it one after the other.</summary>
internal sealed class Recorder<T>
{
    private readonly Channel<T> _items = Channel.CreateUnbounded<T>();

    public bool IsEmpty => _items.Reader.Count == 0;

    public int Count => _items.Reader.Count;

    public void Add(T item) => _items.Writer.TryWrite(item);

    public Task<T> Next() => _items.Reader.ReadAsync(TestContext.Current.CancellationToken).InTime();

    public async Task<List<T>> Take(int count)
    {
        var items = new List<T>(count);
        while (items.Count < count)
        {
            items.Add(await Next());
        }

        return items;
    }
}
