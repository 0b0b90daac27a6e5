using Fanfare.Chat.Text;

namespace Fanfare.Chat.Realtime;

/// <summary>The rooms of the namespace: those of the chat, and those that the server keeps, which no client can name.</summary>
/// <remarks>
/// A room of the chat has its id as its name. Ids are made by the server in one form that neither <c>user:…</c> nor the ids of
/// connections (20 characters) have, so a name of another form is no chat room, whoever is in it.
/// </remarks>
internal static class ChatRooms
{
    /// <summary>Chat rooms that a connection may be in.</summary>
    public const int MaximumPerConnection = 128;

    /// <summary>Whether this is the name of a chat room.</summary>
    public static bool IsChatRoom(string room) => Identifiers.HasForm(room);

    /// <summary>Whether the connection is in this chat room.</summary>
    public static bool HasEntered(this Connection connection, string room) => IsChatRoom(room) && connection.IsIn(room);

    /// <summary>The chat rooms that the connection is in.</summary>
    public static IEnumerable<string> OfConnection(Connection connection) => connection.Rooms.Where(IsChatRoom);
}
