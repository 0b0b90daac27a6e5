using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Fanfare.AspNetCore;

/// <summary>What the direct path asks of a socket and .NET does not offer, or not as cheaply (decision record 0003). Linux only.</summary>
internal static partial class NativeSocket
{
    /// <summary>The connection is dead.</summary>
    public const int Gone = -1;

    /// <summary>How a socket is sent to: without waiting, and without a signal when it is dead.</summary>
    public const int SendFlags = 0x40 | 0x4000;

    private const int Interrupted = 4;
    private const int Again = 11;
    private const int TcpLevel = 6;
    private const int TcpInfo = 11;
    private const int TcpUserTimeout = 18;
    private const int TcpNotSentLowWater = 25;

    private const nuint CountQueued = 0x5411;

    // Where struct tcp_info of linux/tcp.h has the bytes that the peer has acknowledged.
    private const int InfoAcknowledged = 120;

    /// <summary>How much may wait unsent in the kernel before the socket counts as full. Without it megabytes pile up there for a reader that has stopped, unseen by the bounds of its outbox.</summary>
    private const int MaxUnsentBytes = 128 * 1024;

    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Writes what fits, without waiting.</summary>
    /// <returns>The number of bytes written, 0 when none fits now, or <see cref="Gone"/>.</returns>
    public static unsafe int Send(Socket socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            try
            {
                int? taken;
                do
                {
                    var sent = Send(socket.SafeHandle, start, (nuint)bytes.Length, SendFlags);
                    taken = Taken(sent >= 0 ? (int)sent : -Marshal.GetLastPInvokeError());
                }
                while (taken is null);
                return taken.Value;
            }
            catch (ObjectDisposedException)
            {
                return Gone;
            }
        }
    }

    /// <summary>What a send has taken: the number of bytes, 0 when none fits now, <see cref="Gone"/>, or <see langword="null"/> when it has to be tried again.</summary>
    /// <param name="answer">The number of bytes sent, or a negative error number.</param>
    public static int? Taken(int answer) => answer switch
    {
        >= 0 => answer,
        -Interrupted => null,
        -Again => 0,
        _ => Gone,
    };

    /// <summary>Writes all, as the socket can take it, without a thread.</summary>
    /// <returns>Whether all is written; not when the connection is broken.</returns>
    public static async ValueTask<bool> SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false)..];
            }

            return true;
        }
        catch (Exception exception) when (StreamFault.IsBroken(exception))
        {
            return false;
        }
    }

    /// <summary>How many bytes the socket has been given since its connection began, or -1 where that cannot be told. It may tell too few while acknowledgements come in, never too many.</summary>
    public static long CountTaken(Socket socket)
    {
        Span<byte> info = stackalloc byte[InfoAcknowledged + sizeof(long)];
        try
        {
            // In this order: what is acknowledged between the two calls is in neither, and not in both. Bytes sent are of no use: what is sent again counts twice.
            return socket.GetRawSocketOption(TcpLevel, TcpInfo, info) < info.Length || Control(socket.SafeHandle, CountQueued, out var queued) != 0
                ? -1
                : MemoryMarshal.Read<long>(info[InfoAcknowledged..]) + queued;
        }
        catch (Exception exception) when (StreamFault.IsBroken(exception))
        {
            return -1;
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

    /// <summary>Lets the connection count as broken when the peer has not acknowledged for so long what was sent to it.</summary>
    public static void BoundAcknowledgement(Socket socket, TimeSpan timeout)
    {
        try
        {
            var milliseconds = (int)timeout.TotalMilliseconds;
            socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in milliseconds)));
        }
        catch (Exception exception) when (StreamFault.IsBroken(exception))
        {
            // Not a TCP socket, or gone: the platform's own patience decides.
        }
    }

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static unsafe partial nint Send(SafeSocketHandle socket, byte* bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeSocketHandle socket, nuint request, out int value);
}
