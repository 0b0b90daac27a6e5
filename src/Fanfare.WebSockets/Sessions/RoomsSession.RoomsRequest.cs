namespace Fanfare.WebSockets;

/// <summary>A frame that the wire itself serves.</summary>
internal sealed class RoomsRequest(RoomsConnection connection, ClientFrame frame, Func<ClientFrame, ValueTask> serve) : WireRequest
{
    /// <inheritdoc/>
    public override string Name => frame.Type;

    /// <inheritdoc/>
    protected override ValueTask RunAsync() => serve(frame);

    /// <inheritdoc/>
    protected override void Fail() => connection.Refuse(ErrorCodes.Internal, frame);
}
