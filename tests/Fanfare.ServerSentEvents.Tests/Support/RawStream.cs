using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Fanfare.ServerSentEvents.Tests;

/// <summary>A client that sees each byte of an HTTP/1.1 answer and takes nothing that is out of place.</summary>
internal sealed class RawStream : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly EventParser _parser = new();
    private readonly Queue<StreamEvent> _events = new();
    private readonly List<byte> _bytes = [];
    private readonly byte[] _buffer = new byte[16 * 1024];

    /// <summary>The head of the answer.</summary>
    public string Head { get; private set; } = string.Empty;

    /// <summary>Whether the last chunk has come.</summary>
    public bool HasEnded { get; private set; }

    public static async Task<RawStream> OpenAsync(Uri address, string path, string headers = "Authorization: Bearer user:ann\r\n")
    {
        var stream = new RawStream();
        await stream._socket.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await stream.SendAsync($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\n{headers}\r\n");
        return stream;
    }

    public async Task SendAsync(string text) => await _socket.SendAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);

    public async Task<StreamEvent> NextAsync()
    {
        StreamEvent? next;
        while (!_events.TryDequeue(out next))
        {
            Assert.True(await TryReadAsync(), "The stream has ended.");
        }

        return next;
    }

    public async Task WhenEndedAsync()
    {
        while (await TryReadAsync())
        {
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> TryReadAsync()
    {
        var read = await _socket.ReceiveAsync(_buffer, TestContext.Current.CancellationToken).AsTask().Within(Timeouts.Default);
        _bytes.AddRange(_buffer.AsSpan(0, read));
        Take();
        return read > 0;
    }

    private void Take()
    {
        if (Head.Length == 0)
        {
            var end = IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                return;
            }

            Head = Encoding.ASCII.GetString([.. _bytes[..end]]);
            _bytes.RemoveRange(0, end + 4);
            Assert.StartsWith("HTTP/1.1 200 OK\r\n", Head, StringComparison.Ordinal);
        }

        while (TryTakeChunk())
        {
        }
    }

    private bool TryTakeChunk()
    {
        var line = IndexOf("\r\n"u8);
        if (line < 0)
        {
            Assert.True(_bytes.Count <= 8, "A chunk begins with its length.");
            return false;
        }

        Assert.False(HasEnded, "Nothing follows the last chunk.");
        Assert.True(int.TryParse(Encoding.ASCII.GetString([.. _bytes[..line]]), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length), "A chunk begins with its length.");
        if (_bytes.Count < line + 2 + length + 2)
        {
            return false;
        }

        Assert.Equal("\r\n"u8.ToArray(), _bytes[(line + 2 + length)..(line + 4 + length)]);
        foreach (var found in _parser.Feed([.. _bytes[(line + 2)..(line + 2 + length)]]))
        {
            _events.Enqueue(found);
        }

        _bytes.RemoveRange(0, line + 4 + length);
        HasEnded = length == 0;
        return true;
    }

    private int IndexOf(ReadOnlySpan<byte> text) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes).IndexOf(text);
}
