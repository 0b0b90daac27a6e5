using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Fanfare.WebSockets.Tests;

/// <summary>A client that hides nothing: the test decides each byte that is sent, and sees the head of the answer and each frame.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly NetworkStream _stream;

    private RawClient(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Status line and headers of the answer to the request.</summary>
    public string Head { get; private set; } = "";

    /// <summary>The status of the answer.</summary>
    public int Status => int.Parse(Head.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Sends a WebSocket request with these headers besides, and reads the head of the answer.</summary>
    /// <param name="server">The server.</param>
    /// <param name="headers">Lines, without their ends.</param>
    public static async Task<RawClient> ConnectAsync(TestServer server, params string[] headers)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, server.Port).InTime();
        var client = new RawClient(socket);
        var host = headers.Any(static line => line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase)) ? "" : $"Host: 127.0.0.1:{server.Port}\r\n";
        await client.SendAsync(Encoding.UTF8.GetBytes(
            $"GET /ws HTTP/1.1\r\n{host}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + string.Concat(headers.Select(static line => line + "\r\n")) + "\r\n"));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await client._stream.ReadAsync(one).InTime() > 0)
        {
            head.Append((char)one[0]);
        }

        client.Head = head.ToString();
        return client;
    }

    /// <summary>A client frame with a random key, its first byte as given.</summary>
    public static byte[] Frame(byte first, ReadOnlySpan<byte> payload)
    {
        var frame = new List<byte> { first };
        if (payload.Length <= 125)
        {
            frame.Add((byte)(0x80 | payload.Length));
        }
        else
        {
            frame.AddRange([0x80 | 127, .. new byte[8]]);
            BinaryPrimitives.WriteInt64BigEndian(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(frame)[2..], payload.Length);
        }

        var key = new byte[4];
        Random.Shared.NextBytes(key);
        frame.AddRange(key);
        for (var i = 0; i < payload.Length; i++)
        {
            frame.Add((byte)(payload[i] ^ key[i & 3]));
        }

        return [.. frame];
    }

    public static byte[] Text(string text) => Frame(0x81, Encoding.UTF8.GetBytes(text));

    public Task SendAsync(byte[] bytes) => _stream.WriteAsync(bytes).AsTask().InTime();

    /// <summary>Opcode and payload of the next frame; <see langword="null"/> at the end of the stream.</summary>
    public async Task<(int Opcode, byte[] Payload)?> NextAsync()
    {
        var head = new byte[10];
        try
        {
            if (await _stream.ReadAtLeastAsync(head.AsMemory(0, 2), 2, throwOnEndOfStream: false).InTime() < 2)
            {
                return null;
            }
        }
        catch (IOException)
        {
            return null;
        }

        Assert.Equal(0, head[1] & 0x80);
        long length = head[1];
        if (length >= 126)
        {
            var size = length == 126 ? 2 : 8;
            await _stream.ReadExactlyAsync(head, 2, size).AsTask().InTime();
            length = size == 2 ? BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(2)) : BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(2));
        }

        var payload = new byte[length];
        await _stream.ReadExactlyAsync(payload).AsTask().InTime();
        return (head[0] & 15, payload);
    }

    public async Task<string> NextTextAsync()
    {
        var frame = await NextAsync();
        Assert.Equal(1, frame?.Opcode);
        return Encoding.UTF8.GetString(frame!.Value.Payload);
    }

    /// <summary>Reads up to the server's close frame; its code, 0 when the stream ended without one.</summary>
    public async Task<int> NextCloseCodeAsync()
    {
        while (await NextAsync() is { } frame)
        {
            if (frame.Opcode == 8)
            {
                return frame.Payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(frame.Payload) : 1005;
            }
        }

        return 0;
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
