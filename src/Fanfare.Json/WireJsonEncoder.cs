using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Fanfare.Json;

/// <summary>The encoder behind <see cref="WireJson.Encoder"/>.</summary>
internal sealed unsafe class WireJsonEncoder : JavaScriptEncoder
{
    public const int LongestEscape = 6;

    private const string EscapedCharacters =
        "\"\\\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f";

    /// <summary>What must not stand in a JSON string as it is.</summary>
    public static readonly SearchValues<char> Escaped = SearchValues.Create(EscapedCharacters);

    private static readonly SearchValues<byte> EscapedBytes = SearchValues.Create(Encoding.ASCII.GetBytes(EscapedCharacters));

    public override int MaxOutputCharactersPerInputCharacter => LongestEscape;

    /// <summary>Writes the escape of a character that needs one; answers its length.</summary>
    public static int Escape(char character, Span<char> destination)
    {
        destination[0] = '\\';
        var letter = character switch
        {
            '"' or '\\' => character,
            '\b' => 'b',
            '\f' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            _ => 'u',
        };
        destination[1] = letter;
        if (letter != 'u')
        {
            return 2;
        }

        destination[2] = '0';
        destination[3] = '0';
        destination[4] = (char)('0' + (character >> 4));
        destination[5] = "0123456789abcdef"[character & 15];
        return LongestEscape;
    }

    public override bool WillEncode(int unicodeScalar) => unicodeScalar is '"' or '\\' or < ' ';

    public override int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var span = new ReadOnlySpan<char>(text, textLength);
        var escaped = span.IndexOfAny(Escaped);
        var clean = escaped < 0 ? span : span[..escaped];
        var lone = IndexOfLoneSurrogate(clean);
        return lone >= 0 ? lone : escaped;
    }

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text)
    {
        var escaped = utf8Text.IndexOfAny(EscapedBytes);
        var clean = escaped < 0 ? utf8Text : utf8Text[..escaped];
        return Utf8.IsValid(clean) ? escaped : IndexOfInvalid(clean);
    }

    public override bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var destination = new Span<char>(buffer, bufferLength);
        if (!WillEncode(unicodeScalar))
        {
            // U+FFFD in place of what is not text; it needs no escape.
            return new Rune(unicodeScalar).TryEncodeToUtf16(destination, out numberOfCharactersWritten);
        }

        Span<char> escape = stackalloc char[LongestEscape];
        var length = Escape((char)unicodeScalar, escape);
        numberOfCharactersWritten = escape[..length].TryCopyTo(destination) ? length : 0;
        return numberOfCharactersWritten > 0;
    }

    private static int IndexOfLoneSurrogate(ReadOnlySpan<char> text)
    {
        var index = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        while (index >= 0)
        {
            if (index + 1 >= text.Length || !char.IsSurrogatePair(text[index], text[index + 1]))
            {
                return index;
            }

            index += 2;
            var next = text[index..].IndexOfAnyInRange('\uD800', '\uDFFF');
            index = next < 0 ? -1 : index + next;
        }

        return -1;
    }

    private static int IndexOfInvalid(ReadOnlySpan<byte> text)
    {
        var index = 0;
        while (Rune.DecodeFromUtf8(text[index..], out _, out var length) == OperationStatus.Done)
        {
            index += length;
        }

        return index;
    }
}
