using System.Collections.Concurrent;

namespace Fanfare.AspNetCore;

/// <summary>Counts the open connections of each address, on whatever wire, so that one cannot take all. Safe to use from any thread.</summary>
public sealed class AddressLimiter
{
    private readonly ConcurrentDictionary<string, int> _open = new(StringComparer.Ordinal);

    /// <summary>Counts a connection in; false when the address has <paramref name="limit"/> already.</summary>
    public bool TryEnter(string address, int limit)
    {
        while (true)
        {
            var open = _open.GetOrAdd(address, 0);
            if (open >= limit)
            {
                return false;
            }

            if (_open.TryUpdate(address, open + 1, open))
            {
                return true;
            }
        }
    }

    /// <summary>Counts a connection out.</summary>
    public void Leave(string address)
    {
        while (_open.TryGetValue(address, out var open))
        {
            if (open > 1 ? _open.TryUpdate(address, open - 1, open) : _open.TryRemove(KeyValuePair.Create(address, open)))
            {
                return;
            }
        }
    }
}
