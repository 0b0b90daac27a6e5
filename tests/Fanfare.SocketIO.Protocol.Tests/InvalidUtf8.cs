namespace Fanfare.SocketIO.Protocol.Tests;

/// <summary>75 byte sequences that are not UTF-8, of every kind that a lenient reader lets pass.</summary>
public static class InvalidUtf8
{
    private static readonly string[] Sequences =
    [
        // continuation bytes without a beginning
        "80", "81", "8F", "90", "9F", "A0", "BF", "8080", "80BF80",
        // beginnings without enough continuation bytes
        "C2", "C280C2", "DF", "E0", "E0A0", "E180", "E28282E282", "ED", "ED9F", "EF", "EFBF", "F0", "F090", "F09080", "F09F98", "F1", "F18080", "F3BFBF", "F4", "F48F", "F48FBF",
        // beginnings with something else behind them
        "C241", "C2C2A9", "E04141", "E0A041", "E14180", "E28241", "E2C2A9", "EF41BF", "F0414141", "F0904141", "F0908041", "F09F9841", "F0C2A9",
        // two bytes for what fits in one
        "C080", "C0AF", "C181", "C1BF", "C022",
        // three and four bytes for what fits in less
        "E08080", "E080AF", "E09F80", "E09FBF", "F0808080", "F08080AF", "F0808A80", "F08FBFBF",
        // surrogates, alone and in pairs
        "EDA080", "EDAD80", "EDAFBF", "EDB080", "EDBE80", "EDBFBF", "EDA080EDB080", "EDA0BDEDB880",
        // beyond U+10FFFF
        "F4908080", "F4BFBFBF", "F5808080", "F7BFBFBF",
        // beginnings of five and six bytes, and bytes that never occur
        "F888808080", "FBBFBFBFBF", "FC8480808080", "FDBFBFBFBFBF", "FE", "FF", "FEFF",
    ];

    public static TheoryData<string> Patterns => [.. Sequences];

    /// <summary>The text with the bytes of <paramref name="pattern"/> in place of its <c>?</c>.</summary>
    public static byte[] Insert(string text, string pattern)
    {
        var parts = text.Split('?');
        return [.. Wire.Bytes(parts[0]), .. Convert.FromHexString(pattern), .. Wire.Bytes(parts[1])];
    }
}
