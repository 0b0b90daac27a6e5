using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Fanfare.AspNetCore;

/// <summary>Writes straight to the sockets of several connections with one system call (decision record 0014). Used by one thread at a time.</summary>
internal sealed unsafe class SocketWriteBatch : WriteBatch
{
    private const int RoomSize = 256 * 1024;

    // With less left a write would be cut short that could have joined all that waits.
    private const int LeastRoom = 32 * 1024;

    // As if interrupted: it is tried by itself.
    private const int NotTried = -4;

    private IoUring? _ring;
    private readonly byte[] _room = GC.AllocateUninitializedArray<byte>(RoomSize, pinned: true);
    private readonly Socket?[] _sockets = new Socket?[IoUring.Capacity];
    private readonly BatchedWrite[] _writes = new BatchedWrite[IoUring.Capacity];
    private readonly int[] _results = new int[IoUring.Capacity];
    private int _count;
    private int _used;

    /// <summary>Makes an empty batch.</summary>
    /// <param name="ring">What it writes with; it is the batch's from now on.</param>
    public SocketWriteBatch(IoUring ring) => _ring = ring;

    /// <summary>Puts what waits in an outbox into the batch, to be written to <paramref name="socket"/>.</summary>
    /// <returns>False when nothing waits, it is too large to be copied, or the socket is closed.</returns>
    public bool TryGather(Socket socket, IOutboxReader outbox)
    {
        var room = _room.AsSpan(_used);
        if (_ring is null || _count == IoUring.Capacity || room.Length < LeastRoom || !outbox.TryPeek(out var head) || head.Length > room.Length)
        {
            return false;
        }

        try
        {
            // Until it is written, so that a socket closed meanwhile cannot leave its number to another.
            var isHeld = false;
            socket.SafeHandle.DangerousAddRef(ref isHeld);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }

        var length = outbox.CopyTo(room);
        var start = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_room, _used);
        _ring.Set(_count, (int)socket.SafeHandle.DangerousGetHandle(), start, length, NativeSocket.SendFlags);
        _sockets[_count] = socket;
        _writes[_count] = new BatchedWrite(length, 0);
        _count++;
        _used += length;
        return true;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<BatchedWrite> Write()
    {
        var writes = _writes.AsSpan(0, _count);
        var results = _results.AsSpan(0, _count);
        results.Fill(NotTried);
        if (!_ring!.Submit(results))
        {
            // As when memory was short for a moment.
            _ring.Dispose();
            _ring = IoUring.TryCreate();
        }

        var start = 0;
        for (var i = 0; i < writes.Length; i++)
        {
            var length = writes[i].Length;
            var socket = _sockets[i]!;
            writes[i] = new BatchedWrite(length, NativeSocket.Taken(results[i]) ?? NativeSocket.Send(socket, _room.AsSpan(start, length)));
            socket.SafeHandle.DangerousRelease();
            _sockets[i] = null;
            start += length;
        }

        _count = 0;
        _used = 0;
        return writes;
    }

    /// <inheritdoc/>
    public override void Dispose() => _ring?.Dispose();
}
