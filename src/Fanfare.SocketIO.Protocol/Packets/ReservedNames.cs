namespace Fanfare.SocketIO.Protocol;

/// <summary>Event names that nobody may send, in either direction.</summary>
/// <remarks>Socket.IO v5; the list of Node's parser.</remarks>
internal static class ReservedNames
{
    public static bool Contains(string name) =>
        name is "connect" or "connect_error" or "disconnect" or "disconnecting" or "newListener" or "removeListener";
}
