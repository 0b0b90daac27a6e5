using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Fanfare.WebSockets.Tests;

/// <summary>A client of the plain wire, as thin as can be: the test sees each frame. It is read only when the test reads.</summary>
internal sealed class PlainClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[16 * 1024];
    private HttpMessageInvoker? _invoker;

    private PlainClient()
    {
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
    }

    /// <summary>What the server calls it.</summary>
    public string ClientId { get; private set; } = "";

    /// <summary>How the server closed it; <see langword="null"/> while it has not.</summary>
    public int? CloseCode => (int?)_socket.CloseStatus;

    public string? CloseText => _socket.CloseStatusDescription;

    /// <summary>Connects and takes the first frame, which is always <c>connected</c>.</summary>
    public static async Task<PlainClient> ConnectAsync(TestServer server, string path = "/ws", int? receiveBuffer = null, params (string Name, string Value)[] headers)
    {
        var client = new PlainClient();
        if (receiveBuffer is { } size)
        {
            client._invoker = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = (context, cancellation) => OpenAsync(context.DnsEndPoint.Port, size, cancellation) });
        }

        foreach (var (name, value) in headers)
        {
            client._socket.Options.SetRequestHeader(name, value);
        }

        await client._socket.ConnectAsync(new Uri($"ws://127.0.0.1:{server.Port}{path}"), client._invoker, TestContext.Current.CancellationToken).InTime();
        var connected = await client.NextJsonAsync();
        Assert.Equal(["type", "clientId"], connected.EnumerateObject().Select(static member => member.Name));
        Assert.Equal("connected", connected.GetProperty("type").GetString());
        client.ClientId = connected.GetProperty("clientId").GetString()!;
        return client;
    }

    /// <summary>Connects and authenticates.</summary>
    public static async Task<PlainClient> EnterAsync(TestServer server, string token = "u1", string path = "/ws", int? receiveBuffer = null)
    {
        var client = await ConnectAsync(server, path, receiveBuffer);
        await client.AuthenticateAsync(token);
        return client;
    }

    /// <summary>Connects, authenticates and joins.</summary>
    public static async Task<PlainClient> JoinAsync(TestServer server, string token = "u1", string room = "open")
    {
        var client = await EnterAsync(server, token);
        await client.JoinAsync(room);
        return client;
    }

    /// <summary>Authenticates and returns the cursor.</summary>
    public async Task<string> AuthenticateAsync(string token)
    {
        await SendAsync($$"""{"type":"authenticate","token":"{{token}}"}""");
        var answer = await NextJsonAsync();
        Assert.Equal("authenticated", answer.GetProperty("type").GetString());
        return answer.GetProperty("cursor").GetString()!;
    }

    /// <summary>Joins a room and returns its cursor.</summary>
    public async Task<string> JoinAsync(string room)
    {
        await SendAsync($$"""{"type":"join","room":"{{room}}"}""");
        var answer = await NextJsonAsync();
        Assert.Equal("joined", answer.GetProperty("type").GetString());
        Assert.Equal(room, answer.GetProperty("room").GetString());
        return answer.GetProperty("cursor").GetString()!;
    }

    public Task SendAsync(string text) => SendBytesAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends bytes as one message, whether they are UTF-8 or not.</summary>
    public Task SendBytesAsync(byte[] bytes, bool isBinary = false) =>
        _socket.SendAsync(bytes, isBinary ? WebSocketMessageType.Binary : WebSocketMessageType.Text, true, TestContext.Current.CancellationToken).InTime();

    /// <summary>Sends one text message in so many frames.</summary>
    public async Task SendFragmentsAsync(string text, int count)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < count; i++)
        {
            var (from, to) = (bytes.Length * i / count, bytes.Length * (i + 1) / count);
            await _socket.SendAsync(bytes.AsMemory(from..to), WebSocketMessageType.Text, i == count - 1, TestContext.Current.CancellationToken).AsTask().InTime();
        }
    }

    /// <summary>Sends, and returns the next frame.</summary>
    public async Task<string?> AskAsync(string text)
    {
        await SendAsync(text);
        return await NextAsync();
    }

    /// <summary>The next frame; <see langword="null"/> at the end.</summary>
    public async Task<string?> NextAsync()
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

            Assert.Equal(WebSocketMessageType.Text, result.MessageType);
            message.Write(_buffer.AsSpan(0, result.Count));
            if (result.EndOfMessage)
            {
                return Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length);
            }
        }
    }

    public async Task<JsonElement> NextJsonAsync()
    {
        var text = await NextAsync();
        Assert.True(text is not null, $"closed with {CloseCode} {CloseText}");
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }

    /// <summary>The next frame, which must be an error; its code.</summary>
    public async Task<string> NextErrorAsync()
    {
        var error = await NextJsonAsync();
        Assert.True(error.GetProperty("type").GetString() == "error", error.ToString());
        Assert.False(string.IsNullOrEmpty(error.GetProperty("message").GetString()));
        return error.GetProperty("code").GetString()!;
    }

    /// <summary>Shows that nothing came before this: what is answered next is a ping.</summary>
    public async Task ExpectNothingAsync()
    {
        var reference = Guid.NewGuid().ToString("N");
        Assert.Equal($$"""{"type":"pong","ref":"{{reference}}"}""", await AskAsync($$"""{"type":"ping","ref":"{{reference}}"}"""));
    }

    /// <summary>Reads to the end; the frames that still came.</summary>
    public async Task<List<string>> RestAsync()
    {
        var rest = new List<string>();
        while (await NextAsync() is { } text)
        {
            rest.Add(text);
        }

        return rest;
    }

    /// <summary>Reads to the end and asserts how the server closed.</summary>
    public async Task<List<string>> ExpectCloseAsync(int code, string? text = null)
    {
        var rest = await RestAsync();
        Assert.Equal(code, CloseCode);
        if (text is not null)
        {
            Assert.Equal(text, CloseText);
        }

        return rest;
    }

    public Task CloseAsync() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken).InTime();

    /// <summary>Goes without a word.</summary>
    public void Break() => _socket.Abort();

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _invoker?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async ValueTask<Stream> OpenAsync(int port, int receiveBuffer, CancellationToken cancellationToken)
    {
        var tcp = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = receiveBuffer };
        await tcp.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        return new NetworkStream(tcp, ownsSocket: true);
    }
}
