namespace Fanfare.Chat.Rooms;

/// <summary>Who is online.</summary>
public interface IPresence
{
    /// <summary>Whether the user has a connection, or had one a moment ago.</summary>
    bool IsOnline(string userId);
}
