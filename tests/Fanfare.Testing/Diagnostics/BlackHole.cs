using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Fanfare.Testing.Diagnostics;

/// <summary>A packet filter in front of one socket. It lasts as long as the socket, touches nothing else of the machine and needs no rights.</summary>
public static class BlackHole
{
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int AttachFilter = 26; // SO_ATTACH_FILTER
    private const ushort Return = 0x06; // BPF_RET | BPF_K: how many bytes of the packet go on

    /// <summary>From now on each packet to the socket is dropped before its TCP sees it: nothing is acknowledged, and no end or reset of the peer arrives. Linux only.</summary>
    public static void Open(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        var dropAll = GCHandle.Alloc(new Instruction { Code = Return }, GCHandleType.Pinned);
        try
        {
            var program = new FilterProgram { Length = 1, Instructions = dropAll.AddrOfPinnedObject() };
            socket.SetRawSocketOption(SocketLevel, AttachFilter, MemoryMarshal.AsBytes(new ReadOnlySpan<FilterProgram>(in program)));
        }
        finally
        {
            // The kernel has a copy.
            dropAll.Free();
        }
    }

    /// <summary><c>sock_filter</c>: here the count that is returned stays zero.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Instruction
    {
        public ushort Code;
        public byte JumpTrue;
        public byte JumpFalse;
        public uint Operand;
    }

    /// <summary><c>sock_fprog</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public nint Instructions;
    }
}
