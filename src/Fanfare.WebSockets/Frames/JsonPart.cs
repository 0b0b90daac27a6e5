using System.Text.Json;

namespace Fanfare.WebSockets;

/// <summary>Where a value lies in a frame, and of what kind it is.</summary>
internal readonly record struct JsonPart(int Start, int Length, JsonTokenType Kind)
{
    /// <summary>Whether the frame has it; <c>null</c> is as if absent only where that is said.</summary>
    public bool IsPresent => Length > 0;

    /// <summary>Whether the frame does not have it, or has <c>null</c>.</summary>
    public bool IsAbsentOrNull => Length == 0 || Kind == JsonTokenType.Null;

    /// <summary>Reads the value behind a property's name.</summary>
    public static JsonPart Read(ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        var kind = reader.TokenType;
        reader.Skip();
        return new JsonPart(start, (int)reader.BytesConsumed - start, kind);
    }
}
