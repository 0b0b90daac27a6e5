using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Fanfare.Benchmarks.Load.Net;

/// <summary>
/// One epoll set and the buffer all its connections read into. Single-threaded: everything of the generator happens inside
/// <see cref="Wait"/> or between two calls of it.
/// </summary>
internal sealed unsafe class Poller : IDisposable
{
    private const int MaxEvents = 512;
    private const int ReceiveBufferBytes = 256 * 1024;

    // struct epoll_event is packed on x86-64 and naturally aligned elsewhere.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventSize - sizeof(ulong);

    private readonly int _epoll;
    private readonly byte* _events;
    private readonly List<IPollTarget?> _targets = [];
    private readonly Stack<int> _freeSlots = [];

    public Poller()
    {
        _epoll = Libc.EpollCreate(Libc.EpollCloseOnExec);
        if (_epoll < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "epoll_create1 failed.");
        }
        _events = (byte*)NativeMemory.AllocZeroed((nuint)(MaxEvents * EventSize));
        ReceiveBuffer = (byte*)NativeMemory.Alloc(ReceiveBufferBytes);
    }

    /// <summary>Shared by all connections; its content lives only within one <see cref="IPollTarget.OnReady"/>.</summary>
    public byte* ReceiveBuffer { get; }

    public static int ReceiveBufferLength => ReceiveBufferBytes;

    /// <summary>Watches <paramref name="fd"/>; returns the slot that <see cref="Change"/> and <see cref="Remove"/> want.</summary>
    public int Add(int fd, uint events, IPollTarget target)
    {
        if (!_freeSlots.TryPop(out int slot))
        {
            slot = _targets.Count;
            _targets.Add(null);
        }
        _targets[slot] = target;
        Control(Libc.EpollCtlAdd, fd, events, slot);
        return slot;
    }

    public void Change(int fd, uint events, int slot) => Control(Libc.EpollCtlModify, fd, events, slot);

    public void Remove(int fd, int slot)
    {
        Control(Libc.EpollCtlDelete, fd, 0, slot);
        _targets[slot] = null;
        _freeSlots.Push(slot);
    }

    /// <summary>Waits up to <paramref name="timeoutMilliseconds"/> for readiness and wakes the targets; returns how many were ready.</summary>
    public int Wait(int timeoutMilliseconds)
    {
        int count = Libc.EpollWait(_epoll, _events, MaxEvents, timeoutMilliseconds);
        if (count < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            return error == Libc.Eintr ? 0 : throw new Win32Exception(error, "epoll_wait failed.");
        }
        for (int i = 0; i < count; i++)
        {
            byte* @event = _events + (i * EventSize);
            int slot = (int)*(ulong*)(@event + DataOffset);
            // A target that an earlier one of this batch has removed is null.
            _targets[slot]?.OnReady(*(uint*)@event);
        }
        return count;
    }

    public void Dispose()
    {
        _ = Libc.Close(_epoll);
        NativeMemory.Free(_events);
        NativeMemory.Free(ReceiveBuffer);
    }

    private void Control(int operation, int fd, uint events, int slot)
    {
        byte* @event = stackalloc byte[16];
        *(uint*)@event = events;
        *(ulong*)(@event + DataOffset) = (ulong)slot;
        if (Libc.EpollControl(_epoll, operation, fd, @event) < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "epoll_ctl failed.");
        }
    }
}
