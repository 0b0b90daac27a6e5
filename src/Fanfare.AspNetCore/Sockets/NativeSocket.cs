using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Fanfare.AspNetCore;

/// <summary>The two system calls that the direct path needs and .NET does not offer as cheaply (decision record 0003). Linux only.</summary>
internal static partial class NativeSocket
{
    /// <summary>Nothing fits into the socket's buffer now.</summary>
    public const int WouldBlock = -1;

    /// <summary>The connection is dead.</summary>
    public const int Gone = -2;

    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int Interrupted = 4;
    private const int Again = 11;
    private const int TcpLevel = 6;
    private const int TcpNotSentLowWater = 25;

    /// <summary>How much may wait unsent in the kernel before the socket counts as full. Without it megabytes pile up there for a reader that has stopped, unseen by the bounds of its outbox.</summary>
    private const int MaxUnsentBytes = 128 * 1024;

    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Writes what fits, without waiting.</summary>
    /// <returns>The number of bytes written, <see cref="WouldBlock"/> or <see cref="Gone"/>.</returns>
    public static unsafe int Send(Socket socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            while (true)
            {
                nint sent;
                try
                {
                    sent = Send(socket.SafeHandle, start, (nuint)bytes.Length, DontWait | NoSignal);
                }
                catch (ObjectDisposedException)
                {
                    return Gone;
                }

                if (sent >= 0)
                {
                    return (int)sent;
                }

                switch (Marshal.GetLastPInvokeError())
                {
                    case Interrupted:
                        continue;
                    case Again:
                        return WouldBlock;
                    default:
                        return Gone;
                }
            }
        }
    }

    /// <summary>Shows the peer the end of what we send; it can still be read from.</summary>
    public static void HangUp(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (StreamFault.IsBroken(exception))
        {
            // It is gone already.
        }
    }

    /// <summary>Bounds what waits unsent in the kernel. A kernel without this option leaves it unbounded.</summary>
    public static void BoundUnsent(Socket socket)
    {
        try
        {
            var bytes = MaxUnsentBytes;
            socket.SetRawSocketOption(TcpLevel, TcpNotSentLowWater, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in bytes)));
        }
        catch (SocketException)
        {
            // Not a TCP socket, or an old kernel: only the moment at which a stalled reader is noticed depends on it.
        }
    }

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static unsafe partial nint Send(SafeSocketHandle socket, byte* bytes, nuint length, int flags);
}
