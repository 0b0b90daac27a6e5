namespace Fanfare.Chat.Messages;

/// <summary>The texts with which requests of the namespace are refused.</summary>
public static class Refusals
{
    /// <summary>The room is unknown, forbidden, no chat room, or this connection is not in it.</summary>
    public const string AccessDenied = "Access denied";

    /// <summary>An argument is missing, of a wrong type, or holds characters it may not hold.</summary>
    public const string InvalidRequest = "Invalid request";

    /// <summary>The content is only white space.</summary>
    public const string MessageIsEmpty = "Message is empty";

    /// <summary>The content has more than 4,000 code points.</summary>
    public const string MessageIsTooLong = "Message is too long";

    /// <summary>The room has no such message.</summary>
    public const string UnknownMessage = "Unknown message";

    /// <summary>The connection is in as many rooms as it may be.</summary>
    public const string TooManyRooms = "Too many rooms";

    /// <summary>The token is not good for this user.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>The token's time is over.</summary>
    public const string Expired = "expired";
}
