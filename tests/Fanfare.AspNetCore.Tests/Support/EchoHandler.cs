using System.Text;

namespace Fanfare.AspNetCore.Tests;

/// <summary>Sends each message back, unless the test takes the text messages itself, and remembers the end.</summary>
internal sealed class EchoHandler(WebSocketPeer peer) : IWebSocketHandler
{
    private readonly TaskCompletionSource<WebSocketEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WebSocketPeer Peer { get; } = peer;

    public Action<EchoHandler, string>? TextTaken { get; init; }

    public Action<string>? PongTaken { get; init; }

    public Task<WebSocketEnd> End => _end.Task;

    public void OnText(ReadOnlySpan<byte> utf8)
    {
        if (TextTaken is null)
        {
            Peer.SendText(utf8);
        }
        else
        {
            TextTaken(this, Encoding.UTF8.GetString(utf8));
        }
    }

    public void OnPong(ReadOnlySpan<byte> payload) => PongTaken?.Invoke(Encoding.UTF8.GetString(payload));

    public void OnBinary(ReadOnlySpan<byte> data) => Peer.SendBinary(data);

    public void OnClosed(WebSocketEnd end) => _end.SetResult(end);
}
