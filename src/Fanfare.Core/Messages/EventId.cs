using System.Globalization;

namespace Fanfare;

/// <summary>A position in a log: which log (<see cref="Epoch"/>) and where in it. On the wire it is the opaque cursor <c>&lt;epoch&gt;-&lt;sequence&gt;</c>.</summary>
/// <param name="Epoch">The life of the log that stamped it: letters and digits.</param>
/// <param name="Sequence">The place in that log; 0 is before the first entry.</param>
public readonly record struct EventId(string Epoch, long Sequence)
{
    /// <summary>The longest cursor that is read, in bytes.</summary>
    public const int MaxLength = 64;

    /// <summary>Reads a cursor; false for anything that no log of ours could have written.</summary>
    public static bool TryParse(string? text, out EventId id)
    {
        id = default;
        if (text is null || text.Length > MaxLength)
        {
            return false;
        }

        var dash = text.LastIndexOf('-');
        if (dash < 1 || dash == text.Length - 1)
        {
            return false;
        }

        foreach (var c in text.AsSpan(0, dash))
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                return false;
            }
        }

        var digits = text.AsSpan(dash + 1);
        if ((digits.Length > 1 && digits[0] == '0') || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            return false;
        }

        id = new EventId(text[..dash], sequence);
        return true;
    }

    /// <summary>Returns the cursor as it goes on the wire.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}-{Sequence}");
}
