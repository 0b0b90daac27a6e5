using System.Text.Json;

namespace Fanfare.Chat.Realtime;

/// <summary>The single argument of a request: a room id, or an object whose <c>roomId</c> or <c>room</c> is one.</summary>
internal readonly struct RequestArguments
{
    private readonly JsonElement _argument;

    public RequestArguments(Arguments arguments) => _argument = arguments.Element(0);

    /// <summary>The room id; null when it is missing or no text.</summary>
    public string? RoomId
    {
        get
        {
            if (_argument.ValueKind == JsonValueKind.String)
            {
                return _argument.GetString();
            }

            return TryGet("roomId", out var value) || TryGet("room", out value) ? TextOf(value) : null;
        }
    }

    /// <summary>A text of the object; null when it is missing or no text.</summary>
    public string? Text(string name) => TryGet(name, out var value) ? TextOf(value) : null;

    /// <summary>A text that may be missing or null; false when it is something else.</summary>
    public bool TryGetOptionalText(string name, out string? text)
    {
        text = null;
        if (!TryGet(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        text = TextOf(value);
        return text is not null;
    }

    private static string? TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private bool TryGet(string name, out JsonElement value)
    {
        value = default;
        return _argument.ValueKind == JsonValueKind.Object && _argument.TryGetProperty(name, out value);
    }
}
