using System.Net.Sockets;
using System.Text;

namespace Fanfare.ServerSentEvents.Tests;

/// <summary>A client that asks for a stream, takes its beginning and reads no further.</summary>
internal sealed class StalledReader : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };

    public static async Task<StalledReader> OpenAsync(Uri address, string path, string token)
    {
        var reader = new StalledReader();
        await reader._socket.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await reader._socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {token}\r\n\r\n"), TestContext.Current.CancellationToken);
        Assert.NotEqual(0, await reader._socket.ReceiveAsync(new byte[100], TestContext.Current.CancellationToken).AsTask().Within(Timeouts.Default));
        return reader;
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
