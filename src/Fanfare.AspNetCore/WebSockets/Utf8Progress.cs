using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Fanfare.AspNetCore;

/// <summary>Checks text that arrives in parts, and refuses it as soon as nothing that follows could make it valid.</summary>
internal static class Utf8Progress
{
    /// <summary>Checks <paramref name="text"/>, the part that has not been checked yet.</summary>
    /// <param name="text">From the first unchecked byte to the last one that has arrived.</param>
    /// <param name="isLast">Whether the text ends here.</param>
    /// <param name="checkedBytes">How many need no further look; a character of which only a beginning has arrived is left.</param>
    /// <returns>Whether it is, or can still become, valid UTF-8.</returns>
    public static bool TryCheck(ReadOnlySpan<byte> text, bool isLast, out int checkedBytes)
    {
        var open = isLast ? 0 : OpenTail(text);
        checkedBytes = text.Length - open;
        return Utf8.IsValid(text[..checkedBytes]);
    }

    /// <summary>The length of a valid beginning of a character at the end, 0 to 3.</summary>
    private static int OpenTail(ReadOnlySpan<byte> text)
    {
        for (var length = 1; length <= Math.Min(3, text.Length); length++)
        {
            if ((text[^length] & 0xC0) == 0x80)
            {
                continue;
            }

            return Rune.DecodeFromUtf8(text[^length..], out _, out _) == OperationStatus.NeedMoreData ? length : 0;
        }

        return 0;
    }
}
