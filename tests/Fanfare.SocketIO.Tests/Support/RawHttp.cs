using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Fanfare.SocketIO.Tests;

/// <summary>HTTP as bytes, for requests that no client library would send.</summary>
internal static class RawHttp
{
    public static Task<string> ExchangeAsync(int port, string request) => ExchangeAsync(port, Encoding.Latin1.GetBytes(request));

    /// <summary>Sends bytes and reads until the server closes; a reset counts as a close.</summary>
    public static async Task<string> ExchangeAsync(int port, byte[] request)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port).InTime();
        await using var stream = new NetworkStream(socket);
        using var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(request).AsTask().InTime();
            await stream.CopyToAsync(answer).InTime();
        }
        catch (IOException)
        {
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }
}
