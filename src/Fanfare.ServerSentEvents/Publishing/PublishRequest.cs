using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Fanfare.Json;

namespace Fanfare.ServerSentEvents;

/// <summary>What a body of a publish request says.</summary>
/// <remarks>Product, sections 5 and 12.</remarks>
internal sealed class PublishRequest
{
    private const int MaxRooms = 128;
    private const int MaxIdLength = 256;

    private readonly List<string> _rooms = [];
    private readonly List<string> _except = [];
    private bool _hasEvent;

    private PublishRequest()
    {
    }

    /// <summary>Whom it goes to.</summary>
    public IReadOnlyList<string> Rooms => _rooms;

    /// <summary>Whom it leaves out.</summary>
    public IReadOnlyList<string> Except => _except;

    /// <summary>The name of the event.</summary>
    public string Event { get; private set; } = string.Empty;

    /// <summary>The one argument.</summary>
    public ReadOnlyMemory<byte> Data { get; private set; }

    /// <summary>What the caller calls the request by, or <see langword="null"/>.</summary>
    public string? Id { get; private set; }

    /// <summary>Reads a body.</summary>
    /// <param name="utf8">The body.</param>
    /// <param name="maxDepth">How deep it may nest, 1 to 64.</param>
    /// <param name="request">What it says.</param>
    /// <param name="fault">What is wrong with it, for the caller to read.</param>
    public static bool TryRead(ReadOnlyMemory<byte> utf8, int maxDepth, [MaybeNullWhen(false)] out PublishRequest request, [MaybeNullWhen(true)] out string fault)
    {
        request = null;
        fault = TextOf(JsonGuard.Check(utf8.Span, maxDepth), maxDepth);
        if (fault is not null)
        {
            return false;
        }

        var read = new PublishRequest();
        fault = read.Read(utf8) ?? read.Check();
        request = fault is null ? read : null;
        return fault is null;
    }

    /// <summary>What makes two requests the same one.</summary>
    public byte[] Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Event);
        AppendAll(hash, _rooms);
        AppendAll(hash, _except);
        hash.AppendData(Data.Span);
        return hash.GetHashAndReset();
    }

    private static void AppendAll(IncrementalHash hash, List<string> names)
    {
        hash.AppendData(BitConverter.GetBytes(names.Count));
        names.ForEach(name => Append(hash, name));
    }

    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }

    private static string? TextOf(JsonFault fault, int maxDepth) => fault switch
    {
        JsonFault.None => null,
        JsonFault.InvalidUtf8 => "The body is not UTF-8.",
        JsonFault.TooDeep => $"The body nests arrays and objects deeper than {maxDepth} levels.",
        JsonFault.DuplicateKey => "An object of the body names a key twice.",
        JsonFault.LoneSurrogate => "A string of the body holds half of a surrogate pair.",
        _ => "The body is not one JSON value.",
    };

    private string? Read(ReadOnlyMemory<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return "The body must be an object.";
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (ReadMember(ref reader, key, utf8) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private string? ReadMember(ref Utf8JsonReader reader, string key, ReadOnlyMemory<byte> utf8)
    {
        switch (key)
        {
            case "rooms":
                return ReadNames(ref reader, key, _rooms);
            case "except":
                return ReadNames(ref reader, key, _except);
            case "event" when reader.TokenType == JsonTokenType.String:
                Event = reader.GetString()!;
                _hasEvent = true;
                return null;
            case "id" when reader.TokenType == JsonTokenType.String:
                Id = reader.GetString();
                return null;
            case "event" or "id":
                return $"\"{key}\" must be a string.";
            case "data":
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                Data = utf8[start..(int)reader.BytesConsumed].ToArray();
                return null;
            default:
                // A misspelt "except" would tell those whom it should leave out.
                return $"\"{Shorten(key)}\" is no key of a publish request.";
        }
    }

    private static string? ReadNames(ref Utf8JsonReader reader, string key, List<string> names)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return $"\"{key}\" must be an array of strings.";
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            names.Add(reader.GetString()!);
        }

        return reader.TokenType == JsonTokenType.EndArray ? null : $"\"{key}\" must be an array of strings.";
    }

    private string? Check()
    {
        if (_rooms.Count is 0 or > MaxRooms || _except.Count > MaxRooms)
        {
            return $"\"rooms\" must name 1 to {MaxRooms} rooms, and \"except\" at most as many.";
        }

        if (!_rooms.TrueForAll(IsRoom) || !_except.TrueForAll(IsRoom))
        {
            return $"A room's name has 1 to {RoomName.MaxBytes} bytes and no control characters.";
        }

        if (!_hasEvent || Event.Length == 0 || Event.Any(char.IsControl))
        {
            return "\"event\" must be a name without control characters.";
        }

        if (ReservedEvents.Contains(Event) || EventText.IsReserved(Event))
        {
            return $"\"{Event}\" is a reserved event name.";
        }

        return Data.IsEmpty ? "\"data\" is missing."
            : Id is null || (Id.Length is > 0 and <= MaxIdLength) ? null : $"\"id\" must have 1 to {MaxIdLength} characters.";
    }

    /// <summary>Rooms that the server keeps for users may be named here, but not those that count who is not to hear.</summary>
    private static bool IsRoom(string name) => RoomName.IsValid(name) && !name.StartsWith(User.SilentRoomOf(""), StringComparison.Ordinal);

    private static string Shorten(string text) => text.Length <= 64 ? text : text[..64];
}
