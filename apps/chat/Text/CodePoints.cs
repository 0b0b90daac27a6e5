using System.Buffers;
using System.Text;

namespace Fanfare.Chat.Text;

/// <summary>Lengths as the contract counts them: Unicode code points.</summary>
public static class CodePoints
{
    /// <summary>Counts the code points of well-formed text; false when a surrogate stands alone.</summary>
    public static bool TryCount(ReadOnlySpan<char> text, out int count)
    {
        count = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var consumed) != OperationStatus.Done)
            {
                return false;
            }

            text = text[consumed..];
            count++;
        }

        return true;
    }
}
