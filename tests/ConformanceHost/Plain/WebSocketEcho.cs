using ConformanceHost.Settings;
using Fanfare.AspNetCore;

namespace ConformanceHost.Plain;

/// <summary><c>/ws-echo</c>: each message comes back as one message of the same kind.</summary>
internal sealed class WebSocketEcho(WebSocketPeer peer) : IWebSocketHandler
{
    public static void Map(WebApplication app, HostSettings settings)
    {
        var options = new WebSocketEndpointOptions();
        options.Limits.MaxMessageBytes = settings.WsMaxMessageBytes;
        options.Limits.MaxFragments = int.MaxValue;
        options.Limits.MessageTimeout = TimeSpan.FromHours(1);
        options.Outbox.Unbind();
        app.MapWebSocket("/ws-echo", peer => new WebSocketEcho(peer), options);
    }

    public void OnText(ReadOnlySpan<byte> utf8) => peer.SendText(utf8);

    public void OnBinary(ReadOnlySpan<byte> data) => peer.SendBinary(data);

    public void OnClosed(WebSocketEnd end)
    {
    }
}
