namespace Fanfare.WebSockets;

/// <summary>The frames of the wire itself.</summary>
/// <remarks>Product, section 4; protocol notes, section 7.</remarks>
internal static class RoomsFrames
{
    public static OutboundFrame Connected(string clientId) => FrameText.Begin("connected").Text("clientId"u8, clientId).End();

    public static OutboundFrame Authenticated(User user, EventId cursor, GapReason? gap, ReadOnlySpan<byte> reference)
    {
        var text = FrameText.Begin("authenticated").Text("userId"u8, user.Id!);
        if (user.ExpiresAt is { } expiresAt)
        {
            text.Number("expiresAt"u8, expiresAt.ToUnixTimeMilliseconds());
        }

        return Recovered(text.Text("cursor"u8, cursor.ToString()), gap).Ref(reference).End();
    }

    public static OutboundFrame Joined(RoomJoin join, ReadOnlySpan<byte> reference)
    {
        var text = FrameText.Begin("joined").Text("room"u8, join.Room).Text("cursor"u8, join.Cursor.ToString());
        return Recovered(text, join.IsRecovered is null ? null : join.Gap).Ref(reference).End();
    }

    public static OutboundFrame Left(string room, ReadOnlySpan<byte> reference) =>
        FrameText.Begin("left").Text("room"u8, room).Ref(reference).End();

    /// <summary>The answer to a relayed message; without a cursor when it is not kept.</summary>
    public static OutboundFrame Ack(EventId? cursor, ReadOnlySpan<byte> reference)
    {
        var text = FrameText.Begin("ack").Ref(reference);
        return (cursor is { } id ? text.Text("cursor"u8, id.ToString()) : text).End();
    }

    /// <summary>The answer of a handler.</summary>
    public static OutboundFrame Ack(Arguments arguments, ReadOnlySpan<byte> reference) =>
        FrameText.Begin("ack").Ref(reference).Data(arguments).End();

    public static OutboundFrame Pong(ReadOnlySpan<byte> reference) => FrameText.Begin("pong").Ref(reference).End();

    public static OutboundFrame Error(string code, string message, ReadOnlySpan<byte> reference = default, string? room = null)
    {
        var text = FrameText.Begin("error").Text("code"u8, code).Text("message"u8, message);
        return (room is null ? text : text.Text("room"u8, room)).Ref(reference).End();
    }

    public static OutboundFrame Reset(string reason, EventId cursor) =>
        FrameText.Begin("reset").Text("reason"u8, reason).Text("cursor"u8, cursor.ToString()).End();

    public static OutboundFrame Reconnect(TimeSpan after) => FrameText.Begin("reconnect").Number("afterMs"u8, (long)after.TotalMilliseconds).End();

    public static OutboundFrame Notice(string type, string userId, string room) =>
        FrameText.Begin(type).Text("userId"u8, userId).Text("room"u8, room).End();

    private static FrameText Recovered(FrameText text, GapReason? gap) => gap switch
    {
        null => text,
        GapReason.None => text.Bool("recovered"u8, true),
        { } reason => text.Bool("recovered"u8, false).Text("reason"u8, reason.ToWireName()),
    };
}
