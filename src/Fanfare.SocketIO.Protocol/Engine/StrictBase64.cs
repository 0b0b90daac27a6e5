using System.Buffers;
using System.Buffers.Text;

namespace Fanfare.SocketIO.Protocol;

/// <summary>Base64 in the one spelling that each byte string has: standard alphabet, padding, no whitespace, no stray bits.</summary>
/// <remarks>RFC 4648, section 4; the base library's decoder skips whitespace.</remarks>
internal static class StrictBase64
{
    private static readonly SearchValues<byte> Letters = SearchValues.Create(Alphabet);

    private static ReadOnlySpan<byte> Alphabet => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8;

    /// <summary>Decodes <paramref name="text"/> over itself; false, with the text in any state, when it is not base64.</summary>
    public static bool TryDecodeInPlace(Span<byte> text, out int length)
    {
        length = 0;
        if (text.IsEmpty)
        {
            return true;
        }

        if ((text.Length & 3) != 0)
        {
            return false;
        }

        var padding = text[^1] != '=' ? 0 : text[^2] != '=' ? 1 : 2;
        var letters = text[..^padding];
        if (letters.ContainsAnyExcept(Letters))
        {
            return false;
        }

        var strayBits = padding switch { 0 => 0, 1 => 0b11, _ => 0b1111 };
        if ((Alphabet.IndexOf(letters[^1]) & strayBits) != 0)
        {
            return false;
        }

        return Base64.DecodeFromUtf8InPlace(text, out length) == OperationStatus.Done;
    }
}
