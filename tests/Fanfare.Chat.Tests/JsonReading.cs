using System.Text.Json;

namespace Fanfare.Chat.Tests;

internal static class JsonReading
{
    public static string? Text(this JsonElement element, string property) => element.GetProperty(property).GetString();

    public static int Number(this JsonElement element, string property) => element.GetProperty(property).GetInt32();

    public static bool Has(this JsonElement element, string property) => element.TryGetProperty(property, out _);

    public static List<string?> Texts(this JsonElement array, string property) => [.. array.EnumerateArray().Select(item => item.Text(property))];
}
