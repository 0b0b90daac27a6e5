using System.Net.Sockets;

namespace Fanfare.AspNetCore;

/// <summary>Tells a broken connection from a bug.</summary>
internal static class StreamFault
{
    /// <summary>Whether a read or write failed because the connection is broken, aborted or over.</summary>
    public static bool IsBroken(Exception exception) =>
        exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException;
}
