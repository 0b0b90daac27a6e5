namespace Fanfare.WebSockets;

/// <summary>The close codes of the wire and their texts.</summary>
/// <remarks>Product, section 12 "Ends".</remarks>
internal readonly record struct CloseCode(int Code, string Text)
{
    /// <summary>The code for a reason.</summary>
    public static CloseCode Of(CloseReason reason)
    {
        var code = reason switch
        {
            _ when reason == CloseReason.ServerShuttingDown => 1001,
            _ when reason == CloseReason.PingTimeout => 1011,
            _ when reason == CloseReason.ProtocolErrors => 4400,
            _ when reason == CloseReason.Expired => 4401,
            _ when reason == CloseReason.Kicked => 4403,
            _ when reason == CloseReason.SlowConsumer => 4408,
            _ when reason == CloseReason.AuthenticationTimeout => 4409,
            _ when reason == CloseReason.RateLimited => 4429,

            // Whatever else ends a connection from here, the client should come back.
            _ => 1011,
        };
        return new CloseCode(code, reason.Text);
    }
}
