using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Fanfare.WebSockets.Tests;

/// <summary>A Socket.IO client of the main namespace over WebSocket, for tests across wires.</summary>
internal sealed class SocketIOPeer : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[16 * 1024];

    /// <summary>The secret of its session, with recovery.</summary>
    public string? Pid { get; private set; }

    public string Id { get; private set; } = "";

    public static async Task<SocketIOPeer> ConnectAsync(TestServer server, string token = "u1", string? pid = null, string? offset = null)
    {
        var peer = new SocketIOPeer();
        await peer._socket.ConnectAsync(new Uri($"ws://127.0.0.1:{server.Port}/socket.io/?EIO=4&transport=websocket"), TestContext.Current.CancellationToken).InTime();
        Assert.StartsWith("0{", await peer.NextAsync(), StringComparison.Ordinal);
        var session = pid is null ? "" : $",\"pid\":\"{pid}\"" + (offset is null ? "" : $",\"offset\":\"{offset}\"");
        await peer.SendAsync($"40{{\"token\":\"{token}\"{session}}}");
        var answer = await peer.NextAsync();
        Assert.StartsWith("40{", answer, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(answer![2..]);
        peer.Id = json.RootElement.GetProperty("sid").GetString()!;
        peer.Pid = json.RootElement.TryGetProperty("pid", out var secret) ? secret.GetString() : null;
        return peer;
    }

    public Task SendAsync(string packet) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(packet), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken).InTime();

    public async Task<string?> NextAsync()
    {
        using var message = new MemoryStream();
        while (true)
        {
            var result = await _socket.ReceiveAsync(_buffer, TestContext.Current.CancellationToken).InTime();
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            message.Write(_buffer.AsSpan(0, result.Count));
            if (result.EndOfMessage)
            {
                return result.MessageType == WebSocketMessageType.Binary ? "b" + Convert.ToBase64String(message.ToArray()) : Encoding.UTF8.GetString(message.ToArray());
            }
        }
    }

    /// <summary>Goes without a word.</summary>
    public void Break() => _socket.Abort();

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
