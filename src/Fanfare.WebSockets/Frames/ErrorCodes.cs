namespace Fanfare.WebSockets;

/// <summary>The codes of <c>error</c> frames.</summary>
/// <remarks>Product, section 4.</remarks>
internal static class ErrorCodes
{
    public const string BadJson = "bad_json";
    public const string BadMessage = "bad_message";
    public const string BadRoom = "bad_room";
    public const string Unauthorized = "unauthorized";
    public const string Forbidden = "forbidden";
    public const string NotJoined = "not_joined";
    public const string UnknownType = "unknown_type";
    public const string TooMany = "too_many";
    public const string RateLimited = "rate_limited";
    public const string Expired = "expired";
    public const string Internal = "internal";

    /// <summary>Whether a client that gets the code broke the rules of the wire: too many of these close it. Refusals by right or membership do not.</summary>
    public static bool IsProtocolError(string code) => code is BadJson or BadMessage or UnknownType;

    /// <summary>What a person reads beside a code.</summary>
    public static string Describe(string code) => code switch
    {
        BadJson => "The frame is not JSON that is taken here: one object, not too deep, without duplicate keys.",
        BadMessage => "The frame lacks something, or something in it has the wrong type.",
        BadRoom => "A room has a name of 1 to 255 bytes without control characters.",
        Unauthorized => "Authenticate first.",
        Forbidden => "This room is not open to you.",
        NotJoined => "You are not in this room.",
        UnknownType => "Nobody here knows this type.",
        TooMany => "There are too many.",
        RateLimited => "You sent more than you may for too long.",
        Expired => "The token has expired.",
        Internal => "Something went wrong on the server.",
        _ => code,
    };
}
