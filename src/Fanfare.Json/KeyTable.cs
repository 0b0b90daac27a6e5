using System.Buffers;
using System.Runtime.InteropServices;

namespace Fanfare.Json;

/// <summary>One key of a large object; an owner of zero marks a free slot.</summary>
internal readonly record struct KeySlot(int Owner, int Hash, KeyRef Key);

/// <summary>An open-addressing table on a pooled array, at most half full. Slots of closed objects stay; their owner never comes again.</summary>
internal struct KeyTable
{
    private const int InitialCapacity = 64;

    private KeySlot[]? _slots;
    private int _mask;
    private int _used;

    public readonly ref readonly KeySlot this[int slot] => ref _slots![slot];

    /// <summary>A hash that differs from process to process, as the runtime's own hash of strings does.</summary>
    public static int Hash(int owner, ReadOnlySpan<byte> text)
    {
        // Pairs of bytes pass for characters; an odd last byte and the length are mixed in, and the seeded part decides the rest.
        var seeded = string.GetHashCode(MemoryMarshal.Cast<byte, char>(text));
        var rest = (text.Length & 1) == 0 ? text.Length : (text.Length << 8) | text[^1];
        return (int)((uint)(seeded + (rest * 31)) ^ ((uint)owner * 0x9E3779B9u));
    }

    public readonly int First(int hash) => hash & _mask;

    public readonly int Next(int slot) => (slot + 1) & _mask;

    public void Fill(int slot, KeySlot entry)
    {
        _slots![slot] = entry;
        _used++;
    }

    /// <summary>Makes sure that one more key leaves the table at most half full.</summary>
    public void EnsureRoom()
    {
        if (_slots is not null && 2 * (_used + 1) <= _mask + 1)
        {
            return;
        }

        var old = _slots;
        var oldCapacity = old is null ? 0 : _mask + 1;
        var capacity = old is null ? InitialCapacity : 2 * oldCapacity;
        _slots = ArrayPool<KeySlot>.Shared.Rent(capacity);
        _slots.AsSpan(0, capacity).Clear();
        _mask = capacity - 1;
        if (old is null)
        {
            return;
        }

        foreach (ref readonly var entry in old.AsSpan(0, oldCapacity))
        {
            if (entry.Owner == 0)
            {
                continue;
            }

            var slot = First(entry.Hash);
            while (_slots[slot].Owner != 0)
            {
                slot = Next(slot);
            }

            _slots[slot] = entry;
        }

        ArrayPool<KeySlot>.Shared.Return(old);
    }

    public void Dispose()
    {
        if (_slots is not null)
        {
            ArrayPool<KeySlot>.Shared.Return(_slots);
            _slots = null;
        }
    }
}
