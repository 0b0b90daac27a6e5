using System.Net.Sockets;
using System.Text;

namespace Fanfare.ServerSentEvents.Tests;

/// <summary>Sends several requests at once on one connection.</summary>
internal sealed class PipelinedClient(Uri address) : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly StringBuilder _text = new();

    public async Task OpenAsync(params string[] paths)
    {
        await _socket.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        var requests = string.Concat(paths.Select(path => $"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer user:ann\r\n\r\n"));
        await _socket.SendAsync(Encoding.ASCII.GetBytes(requests), TestContext.Current.CancellationToken);
        await ReadUntilAsync("event: connected");
    }

    /// <summary>Reads until a text has come, and returns all that has come.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        var buffer = new byte[4096];
        while (!_text.ToString().Contains(text, StringComparison.Ordinal))
        {
            var read = await _socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).AsTask().Within(Timeouts.Default);
            Assert.NotEqual(0, read);
            _text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        return _text.ToString();
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
