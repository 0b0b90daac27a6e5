using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Fanfare.SocketIO.Tests;

/// <summary>Engine.IO over a WebSocket that is read only when the test reads.</summary>
internal sealed class WebSocketLink : EngineLink
{
    private readonly ClientWebSocket _socket;
    private readonly HttpMessageInvoker? _invoker;
    private readonly byte[] _buffer = new byte[64 * 1024];

    private WebSocketLink(ClientWebSocket socket, HttpMessageInvoker? invoker)
    {
        _socket = socket;
        _invoker = invoker;
    }

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public static async Task<WebSocketLink> OpenAsync(TestServer server, string query = "", string path = "/socket.io/", int? receiveBuffer = null)
    {
        var link = await ConnectAsync(server, "EIO=4&transport=websocket" + query, path, receiveBuffer);
        var open = await link.ReceiveAsync();
        Assert.StartsWith("0{", open, StringComparison.Ordinal);
        link.Open = open![1..];
        using var json = JsonDocument.Parse(link.Open);
        link.Sid = json.RootElement.GetProperty("sid").GetString()!;
        return link;
    }

    /// <summary>Opens a WebSocket and leaves the rest to the test.</summary>
    public static async Task<WebSocketLink> ConnectAsync(TestServer server, string query, string path = "/socket.io/", int? receiveBuffer = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        HttpMessageInvoker? invoker = null;
        if (server.IsHttp2)
        {
            // One connection for all of them: a WebSocket is a stream of it.
            socket.Options.HttpVersion = HttpVersion.Version20;
            socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }
        else if (receiveBuffer is { } size)
        {
            invoker = new HttpMessageInvoker(new SocketsHttpHandler
            {
                ConnectCallback = async (context, cancellationToken) =>
                {
                    var tcp = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = size };
                    await tcp.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
                    return new NetworkStream(tcp, ownsSocket: true);
                },
            });
        }

        await socket.ConnectAsync(new Uri(server.Url(query, path).Replace("http", "ws", StringComparison.Ordinal)), server.IsHttp2 ? server.Http : invoker, TestContext.Current.CancellationToken).InTime();
        return new WebSocketLink(socket, invoker);
    }

    public override async Task SendAsync(params string[] packets)
    {
        foreach (var packet in packets)
        {
            await (packet.StartsWith('b')
                ? _socket.SendAsync(Convert.FromBase64String(packet[1..]), WebSocketMessageType.Binary, true, TestContext.Current.CancellationToken)
                : _socket.SendAsync(Encoding.UTF8.GetBytes(packet), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken)).InTime();
        }
    }

    /// <summary>Sends bytes as one text message, whether they are UTF-8 or not.</summary>
    public Task SendTextBytesAsync(byte[] bytes) => _socket.SendAsync(bytes, WebSocketMessageType.Text, true, TestContext.Current.CancellationToken).InTime();

    /// <summary>Sends one text message in so many frames.</summary>
    public async Task SendFragmentsAsync(string packet, int count)
    {
        var bytes = Encoding.UTF8.GetBytes(packet);
        for (var i = 0; i < count; i++)
        {
            var (from, to) = (bytes.Length * i / count, bytes.Length * (i + 1) / count);
            await _socket.SendAsync(bytes.AsMemory(from..to), WebSocketMessageType.Text, i == count - 1, TestContext.Current.CancellationToken).AsTask().InTime();
        }
    }

    public Task CloseAsync() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken).InTime();

    public override Task BreakAsync()
    {
        _socket.Abort();
        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _invoker?.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override async Task<string?> ReceiveAsync()
    {
        using var message = new MemoryStream();
        while (true)
        {
            WebSocketReceiveResult result;
            try
            {
                result = await _socket.ReceiveAsync(_buffer, TestContext.Current.CancellationToken).InTime();
                if (_socket.State == WebSocketState.CloseReceived)
                {
                    await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken).InTime();
                }
            }
            catch (WebSocketException)
            {
                // Broken, or closed by a server that has not waited for our answer to its close.
                return null;
            }

            if (result.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            message.Write(_buffer.AsSpan(0, result.Count));
            if (result.EndOfMessage)
            {
                return result.MessageType == WebSocketMessageType.Binary
                    ? "b" + Convert.ToBase64String(message.ToArray())
                    : Encoding.UTF8.GetString(message.ToArray());
            }
        }
    }
}
