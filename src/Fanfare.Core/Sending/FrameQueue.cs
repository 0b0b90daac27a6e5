using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Fanfare;

/// <summary>The frames that wait in an outbox, first in, first out, with a position in the first one. Not thread safe.</summary>
/// <remarks>The first frame has its own place and the ring for others is rented on need, so that an idle queue, or one that never holds more than a frame, owns no storage.</remarks>
internal struct FrameQueue
{
    private OutboundFrame? _head;
    private long _headEnqueuedAt;
    private Entry[]? _ring;
    private int _ringStart;
    private int _ringCount;
    private int _offset;

    public long Bytes { get; private set; }

    public readonly int Count => _head is null ? 0 : _ringCount + 1;

    /// <summary>The first frame, or <see langword="null"/>.</summary>
    public readonly OutboundFrame? Head => _head;

    /// <summary>Whether the position is behind the start of the first frame.</summary>
    public readonly bool IsMidFrame => _offset > 0;

    /// <summary>When the first frame was enqueued; meaningful when there is one.</summary>
    public readonly long OldestEnqueuedAt => _headEnqueuedAt;

    public void Enqueue(OutboundFrame frame, long now)
    {
        Bytes += frame.Bytes.Length;
        if (_head is null)
        {
            _head = frame;
            _headEnqueuedAt = now;
            return;
        }

        if (_ring is null || _ringCount == _ring.Length)
        {
            Grow();
        }

        _ring[(_ringStart + _ringCount) & (_ring.Length - 1)] = new Entry(frame, now);
        _ringCount++;
    }

    public readonly int CopyTo(Span<byte> destination)
    {
        if (_head is null)
        {
            return 0;
        }

        var copied = Copy(_head.Bytes.Span[_offset..], destination);
        for (var i = 0; i < _ringCount && copied < destination.Length; i++)
        {
            copied += Copy(_ring![(_ringStart + i) & (_ring.Length - 1)].Frame.Bytes.Span, destination[copied..]);
        }

        return copied;
    }

    public readonly bool TryPeek(out ReadOnlyMemory<byte> rest)
    {
        rest = _head is null ? default : _head.Bytes[_offset..];
        return _head is not null;
    }

    public void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        while (bytes > 0)
        {
            if (_head is null)
            {
                throw new ArgumentOutOfRangeException(nameof(bytes), "Fewer bytes wait.");
            }

            var rest = _head.Bytes.Length - _offset;
            if (bytes < rest)
            {
                _offset += bytes;
                return;
            }

            bytes -= rest;
            TryDequeue(out _);
        }
    }

    public bool TryDequeue([MaybeNullWhen(false)] out OutboundFrame frame)
    {
        frame = _head;
        if (frame is null)
        {
            return false;
        }

        Bytes -= frame.Bytes.Length;
        _offset = 0;
        if (_ringCount == 0)
        {
            _head = null;
            return true;
        }

        ref var next = ref _ring![_ringStart];
        _head = next.Frame;
        _headEnqueuedAt = next.EnqueuedAt;
        next = default;
        _ringStart = (_ringStart + 1) & (_ring.Length - 1);
        if (--_ringCount == 0)
        {
            // All entries are cleared as they leave.
            ArrayPool<Entry>.Shared.Return(_ring);
            _ring = null;
            _ringStart = 0;
        }

        return true;
    }

    /// <summary>Goes back to the start of the first frame, for a wire that has seen nothing of it.</summary>
    public void Rewind() => _offset = 0;

    private static int Copy(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var length = Math.Min(source.Length, destination.Length);
        source[..length].CopyTo(destination);
        return length;
    }

    [MemberNotNull(nameof(_ring))]
    private void Grow()
    {
        // The shared pool rents powers of two, which the masks rely on.
        var larger = ArrayPool<Entry>.Shared.Rent(_ring is null ? 16 : _ring.Length * 2);
        if (_ring is not null)
        {
            var tail = _ring.Length - _ringStart;
            Array.Copy(_ring, _ringStart, larger, 0, tail);
            Array.Copy(_ring, 0, larger, tail, _ringStart);
            ArrayPool<Entry>.Shared.Return(_ring, clearArray: true);
        }

        _ring = larger;
        _ringStart = 0;
    }

    private readonly struct Entry(OutboundFrame frame, long enqueuedAt)
    {
        public OutboundFrame Frame { get; } = frame;

        public long EnqueuedAt { get; } = enqueuedAt;
    }
}
