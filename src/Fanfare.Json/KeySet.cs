using System.Buffers;

namespace Fanfare.Json;

/// <summary>The keys of all open objects, to find one that comes twice in its object.</summary>
/// <remarks>
/// Keys of small objects lie on a stack and are compared one by one. An object with more than <see cref="ComparedKeys"/> moves into a
/// hash table that all large objects share. Its hash is seeded per process, so nobody outside can choose keys that collide.
/// </remarks>
internal ref struct KeySet(ReadOnlySpan<byte> json, Span<KeyRef> stack)
{
    /// <summary>Room for keys that a caller should give on its stack; more go to a pooled array.</summary>
    public const int InlineKeys = 48;

    private const int ComparedKeys = 16;

    private readonly ReadOnlySpan<byte> _json = json;
    private Span<KeyRef> _stack = stack;
    private KeyRef[]? _pooledStack;
    private int _count;
    private int _first;
    private int _owner;
    private int _lastOwner;
    private KeyTable _table;
    private byte[]? _unescaped;
    private int _unescapedLength;

    /// <summary>How many times two keys were compared: the work that must grow with the text, and not with its square.</summary>
    public long Comparisons { get; private set; }

    /// <summary>An object opens: what follows are its keys.</summary>
    public void Enter()
    {
        Push(new KeyRef(_first, _owner));
        _first = _count;
        _owner = 0;
    }

    /// <summary>The innermost object closes: what follows are keys of the one around it.</summary>
    public void Leave()
    {
        _count = _first - 1;
        (_first, _owner) = (_stack[_count].Start, _stack[_count].Length);
    }

    /// <summary>Adds the key at <paramref name="start"/> to the innermost object; false when it is there already.</summary>
    public bool TryAdd(int start, int length, bool isEscaped)
    {
        var key = isEscaped ? Unescape(_json.Slice(start, length)) : new KeyRef(start, length);
        var text = Text(key);
        if (_owner != 0)
        {
            return TryAddToTable(key, text);
        }

        foreach (var other in _stack[_first.._count])
        {
            Comparisons++;
            if (other.Length == text.Length && Text(other).SequenceEqual(text))
            {
                return false;
            }
        }

        Push(key);
        if (_count - _first > ComparedKeys)
        {
            MoveToTable();
        }

        return true;
    }

    /// <summary>Gives back what was taken from pools.</summary>
    public void Dispose()
    {
        if (_pooledStack is not null)
        {
            ArrayPool<KeyRef>.Shared.Return(_pooledStack);
            _pooledStack = null;
        }

        if (_unescaped is not null)
        {
            ArrayPool<byte>.Shared.Return(_unescaped);
            _unescaped = null;
        }

        _table.Dispose();
    }

    private readonly ReadOnlySpan<byte> Text(KeyRef key) =>
        key.Start >= 0 ? _json.Slice(key.Start, key.Length) : _unescaped.AsSpan(~key.Start, key.Length);

    private void Push(KeyRef key)
    {
        if (_count == _stack.Length)
        {
            var larger = ArrayPool<KeyRef>.Shared.Rent(Math.Max(2 * _count, InlineKeys));
            _stack.CopyTo(larger);
            if (_pooledStack is not null)
            {
                ArrayPool<KeyRef>.Shared.Return(_pooledStack);
            }

            _stack = _pooledStack = larger;
        }

        _stack[_count++] = key;
    }

    private void MoveToTable()
    {
        _owner = ++_lastOwner;
        foreach (var key in _stack[_first.._count])
        {
            // They were told apart already, so none of them can be refused.
            TryAddToTable(key, Text(key));
        }
    }

    private bool TryAddToTable(KeyRef key, ReadOnlySpan<byte> text)
    {
        _table.EnsureRoom();
        var hash = KeyTable.Hash(_owner, text);
        for (var slot = _table.First(hash); ; slot = _table.Next(slot))
        {
            ref readonly var entry = ref _table[slot];
            if (entry.Owner == 0)
            {
                _table.Fill(slot, new KeySlot(_owner, hash, key));
                return true;
            }

            Comparisons++;
            if (entry.Owner == _owner && entry.Hash == hash && Text(entry.Key).SequenceEqual(text))
            {
                return false;
            }
        }
    }

    private KeyRef Unescape(ReadOnlySpan<byte> text)
    {
        var needed = _unescapedLength + text.Length;
        if (_unescaped is null || _unescaped.Length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, 2 * _unescapedLength));
            if (_unescaped is not null)
            {
                _unescaped.AsSpan(0, _unescapedLength).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_unescaped);
            }

            _unescaped = larger;
        }

        var length = JsonText.Unescape(text, _unescaped.AsSpan(_unescapedLength));
        var key = new KeyRef(~_unescapedLength, length);
        _unescapedLength += length;
        return key;
    }
}
