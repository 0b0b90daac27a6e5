using System.Globalization;
using System.Text;

namespace Fanfare.Chat.Text;

/// <summary>A name of a user or room: kept as typed, compared in NFKC and lower case.</summary>
public sealed record DisplayName
{
    /// <summary>The longest name of a user, in code points.</summary>
    public const int MaximumOfUser = 32;

    /// <summary>The longest name of a room, in code points.</summary>
    public const int MaximumOfRoom = 64;

    private DisplayName(string text, string key)
    {
        Text = text;
        Key = key;
    }

    /// <summary>The name as typed, without white space around it.</summary>
    public string Text { get; }

    /// <summary>What names are compared and sorted by.</summary>
    public string Key { get; }

    /// <summary>Reads a name; null when it is empty, too long, or holds characters that cannot be seen.</summary>
    public static DisplayName? TryCreate(string input, int maximumCodePoints)
    {
        var text = input.Trim();
        if (!CodePoints.TryCount(text, out var length) || length < 1 || length > maximumCodePoints || text.EnumerateRunes().Any(IsInvisible))
        {
            return null;
        }

        return new DisplayName(text, KeyOf(text));
    }

    private static string KeyOf(string text) => text.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Normalize(NormalizationForm.FormKC);

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
