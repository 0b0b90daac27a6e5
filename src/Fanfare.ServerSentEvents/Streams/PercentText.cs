using System.Text;

namespace Fanfare.ServerSentEvents;

/// <summary>Reads percent-encoding exactly once, and only what is well formed.</summary>
/// <remarks>RFC 3986, section 2.1. The server's own decoding is of no use for names: it leaves <c>%2F</c>, so that <c>%2F</c> and <c>%252F</c> look alike.</remarks>
internal static class PercentText
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes a part of a URL.</summary>
    /// <param name="text">The part as it came.</param>
    /// <param name="isQuery">Whether a plus is a space.</param>
    /// <param name="decoded">The text.</param>
    /// <returns>False when an escape is broken or the bytes are not UTF-8.</returns>
    public static bool TryDecode(ReadOnlySpan<char> text, bool isQuery, out string decoded)
    {
        decoded = string.Empty;
        var bytes = new byte[Utf8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '%':
                    if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                    {
                        return false;
                    }

                    bytes[length++] = (byte)((Convert.ToInt32(text.Slice(i + 1, 1).ToString(), 16) << 4) | Convert.ToInt32(text.Slice(i + 2, 1).ToString(), 16));
                    i += 2;
                    break;
                case '+' when isQuery:
                    bytes[length++] = (byte)' ';
                    break;
                case var c when char.IsAscii(c):
                    bytes[length++] = (byte)c;
                    break;
                default:
                    // Not by the rules, but servers hand it on: taken as the character that it is.
                    if (Rune.DecodeFromUtf16(text[i..], out var rune, out var units) != System.Buffers.OperationStatus.Done)
                    {
                        return false;
                    }

                    length += rune.EncodeToUtf8(bytes.AsSpan(length));
                    i += units - 1;
                    break;
            }
        }

        try
        {
            decoded = Utf8.GetString(bytes, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
