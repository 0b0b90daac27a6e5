using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Fanfare.SocketIO.Tests;

/// <summary>A WebSocket as bytes on a socket, for floods: a client library would cost more than the server it floods.</summary>
internal sealed class RawWebSocket : IDisposable
{
    private readonly Socket _socket;

    private RawWebSocket(Socket socket)
    {
        _socket = socket;
    }

    /// <summary>Connects, and sends no byte yet.</summary>
    public static async Task<RawWebSocket> ConnectAsync(TestServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, server.Port).InTime();
        return new RawWebSocket(socket);
    }

    /// <summary>Opens a WebSocket of Engine.IO, up to and with its open packet.</summary>
    public static async Task<RawWebSocket> OpenAsync(TestServer server)
    {
        var raw = await ConnectAsync(server);
        await raw.SendAsync(Encoding.ASCII.GetBytes(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        await raw.ReadUntilAsync("maxPayload");
        return raw;
    }

    /// <summary>A frame of a client; its mask is zero, so that the payload is as it is.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> payload, int opcode = 1, bool isLast = true)
    {
        byte[] header = payload.Length < 126
            ? [(byte)(opcode | (isLast ? 0x80 : 0)), (byte)(0x80 | payload.Length), 0, 0, 0, 0]
            : [(byte)(opcode | (isLast ? 0x80 : 0)), 0x80 | 126, (byte)(payload.Length >> 8), (byte)payload.Length, 0, 0, 0, 0];
        return [.. header, .. payload];
    }

    public static byte[] Frame(string packet) => Frame(Encoding.UTF8.GetBytes(packet));

    /// <summary>One message as many frames of one byte.</summary>
    public static byte[] InBytes(string packet)
    {
        var bytes = Encoding.UTF8.GetBytes(packet);
        return [.. bytes.SelectMany((value, i) => Frame([value], i == 0 ? 1 : 0, i == bytes.Length - 1))];
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None)..];
        }
    }

    /// <summary>Sends as long as the server takes it. Returns how many bytes it was when the connection ended, or was told to stop.</summary>
    public async Task<long> FloodAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        var sent = 0L;
        try
        {
            while (true)
            {
                var part = bytes[(int)(sent % bytes.Length)..];
                sent += await _socket.SendAsync(part, SocketFlags.None, stop);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            return sent;
        }
    }

    /// <summary>Reads until a text has come.</summary>
    public async Task ReadUntilAsync(string text)
    {
        var buffer = new byte[4096];
        var received = new StringBuilder();
        while (!received.ToString().Contains(text, StringComparison.Ordinal))
        {
            var read = await _socket.ReceiveAsync(buffer, SocketFlags.None).InTime();
            Assert.True(read > 0, received.ToString());
            received.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
    }

    /// <summary>Reads and forgets until the server hangs up, or has sent a close frame.</summary>
    /// <param name="ignoresClose">Whether the server's close frame is not enough: it waits a while for ours, which never comes.</param>
    public async Task WhenClosedAsync(bool ignoresClose = false)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int read;
            do
            {
                read = await _socket.ReceiveAsync(buffer, SocketFlags.None);
            }
            while (read > 0 && (ignoresClose || !buffer.AsSpan(0, read).EndsWith((ReadOnlySpan<byte>)[0x88, 0])));
        }
        catch (SocketException)
        {
        }
    }

    public void Dispose() => _socket.Dispose();
}
