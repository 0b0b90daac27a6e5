using System.Text.Json;

namespace Fanfare.Interop.Tests;

/// <summary>Reads what scripts say.</summary>
internal static class Json
{
    public static IReadOnlyList<int> Numbers(JsonElement said, string name) => Numbers(said.GetProperty(name));

    public static IReadOnlyList<int> Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetInt32())];

    /// <summary>Compares as JSON, whatever the spacing.</summary>
    public static void Equal(string expected, JsonElement actual) => Assert.Equal(expected, actual.GetRawText());
}
