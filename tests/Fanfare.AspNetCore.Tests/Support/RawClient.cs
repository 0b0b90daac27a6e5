using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Fanfare.AspNetCore.Tests;

/// <summary>A WebSocket client that hides nothing: the test decides each byte that is sent and sees each frame that comes.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly Socket _socket;

    private RawClient(Socket socket, Stream stream)
    {
        _socket = socket;
        _stream = stream;
    }

    public string ResponseHead { get; private set; } = "";

    public Socket Socket => _socket;

    public static string UpgradeRequest(string path = "/echo", string extra = "") =>
        $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{extra}\r\n";

    /// <summary>Connects and reads the head of the answer.</summary>
    /// <param name="port">Of the server, on the loopback address.</param>
    /// <param name="request">The request, or the usual one; frames may follow in it.</param>
    /// <param name="receiveBuffer">The size of the socket's receive buffer, small for a reader that stalls soon.</param>
    /// <param name="wrap">Puts TLS around the socket.</param>
    public static async Task<RawClient> ConnectAsync(int port, byte[]? request = null, int? receiveBuffer = null, Func<Stream, Task<Stream>>? wrap = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } size)
        {
            socket.ReceiveBufferSize = size;
        }

        await socket.ConnectAsync(IPAddress.Loopback, port).InTime();
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        var client = new RawClient(socket, wrap is null ? stream : await wrap(stream));
        await client.SendAsync(request ?? Encoding.ASCII.GetBytes(UpgradeRequest()));
        await client.ReadHeadAsync();
        return client;
    }

    public Task SendAsync(byte[] bytes) => _stream.WriteAsync(bytes).AsTask().InTime();

    /// <summary>Reads the head of the next answer, which <see cref="ResponseHead"/> is then.</summary>
    public async Task ReadHeadAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await _stream.ReadAsync(one).InTime() == 0)
            {
                break;
            }

            head.Append((char)one[0]);
        }

        ResponseHead = head.ToString();
    }

    /// <summary>The next frame, or null at the end of the stream.</summary>
    public async Task<Frame?> ReadAsync()
    {
        var head = new byte[10];
        if (await _stream.ReadAtLeastAsync(head.AsMemory(0, 2), 2, throwOnEndOfStream: false).InTime() < 2)
        {
            return null;
        }

        Assert.Equal(0, head[1] & 0x80);
        long length = head[1];
        if (length == 126)
        {
            await _stream.ReadExactlyAsync(head, 2, 2).AsTask().InTime();
            length = BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(2));
        }
        else if (length == 127)
        {
            await _stream.ReadExactlyAsync(head, 2, 8).AsTask().InTime();
            length = BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(2));
        }

        var payload = new byte[length];
        await _stream.ReadExactlyAsync(payload).AsTask().InTime();
        return new Frame(head[0], payload);
    }

    public async Task<string> ReadTextAsync()
    {
        var frame = await ReadAsync();
        Assert.NotNull(frame);
        Assert.Equal(0x81, frame.First);
        return frame.Text;
    }

    /// <summary>Reads to the end of the stream; a reset counts as one.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        using var rest = new MemoryStream();
        try
        {
            await _stream.CopyToAsync(rest).InTime();
        }
        catch (IOException)
        {
        }

        return rest.ToArray();
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
