namespace Fanfare.AspNetCore;

/// <summary>Bounds of an endpoint mapped with <see cref="WebSocketEndpoints.MapWebSocket"/>.</summary>
public sealed class WebSocketEndpointOptions
{
    /// <summary>What is accepted from a client.</summary>
    public WebSocketLimits Limits { get; } = new();

    /// <summary>How much may wait for a client; past it the client is closed with 1008 "slow consumer".</summary>
    public OutboxLimits Outbox { get; } = new();
}
