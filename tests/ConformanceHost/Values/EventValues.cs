using System.Text.Json;
using Fanfare;

namespace ConformanceHost.Values;

/// <summary>Reads what clients send, whatever it is: what does not fit gives a harmless value.</summary>
internal static class EventValues
{
    /// <summary>A whole number from 0 to <paramref name="maximum"/>.</summary>
    public static int NumberAt(this Arguments arguments, int index, int maximum) =>
        arguments.Kind(index) == JsonValueKind.Number && arguments.Element(index).TryGetDouble(out var number)
            ? (int)Math.Clamp(double.IsNaN(number) ? 0 : number, 0, maximum)
            : 0;

    public static bool FlagAt(this Arguments arguments, int index) => arguments.Kind(index) == JsonValueKind.True;

    public static string TextAt(this Arguments arguments, int index) => arguments.TryGetText(index, out var text) ? text : "";

    /// <summary>One text, or the texts of an array.</summary>
    public static string[] TextsAt(this Arguments arguments, int index) => Texts(arguments.Element(index));

    public static string[] Texts(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.String => [element.GetString()!],
            JsonValueKind.Array => [.. element.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)],
            _ => [],
        };

    /// <summary>The event name at <paramref name="index"/>, or one that may be emitted without harm.</summary>
    public static string EventAt(this Arguments arguments, int index) =>
        arguments.TryGetText(index, out var name) && !ReservedEvents.Contains(name) ? name : "unnamed";

    public static bool IsBinaryAt(this Arguments arguments, int index) => arguments.TryGetBinary(index, out _);

    /// <summary>What JavaScript's <c>typeof</c> says of the argument.</summary>
    public static string TypeAt(this Arguments arguments, int index) =>
        arguments.Kind(index) switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            JsonValueKind.Undefined => "undefined",
            _ => "object",
        };

    public static string[] SortedRooms(this Connection connection) => [.. connection.Rooms.Order(StringComparer.Ordinal)];
}
