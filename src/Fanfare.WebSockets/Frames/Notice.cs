namespace Fanfare.WebSockets;

/// <summary>What members are told of members: the wire's own, for the clients of endpoints that want it.</summary>
internal static class Notice
{
    public static Message Joined { get; } = new(RoomsEncoder.UserJoined, Arguments.Empty);

    public static Message Left { get; } = new(RoomsEncoder.UserLeft, Arguments.Empty);

    /// <summary>Whether a message is one of these, and not an event of the application with the same name.</summary>
    public static bool Is(EncodedMessage message) => ReferenceEquals(message.Message, Joined) || ReferenceEquals(message.Message, Left);
}
