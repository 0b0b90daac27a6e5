using System.Buffers;
using System.Text;

namespace Fanfare.Json;

/// <summary>The inside of JSON strings: where one ends, and what its escapes stand for.</summary>
/// <remarks>RFC 8259, section 7.</remarks>
internal static class JsonText
{
    /// <summary>Bytes at which a plain run of string characters ends: the quote, the backslash and what must not stand there raw.</summary>
    private static readonly SearchValues<byte> Stops = SearchValues.Create(
        [.. "\"\\"u8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);

    /// <summary>Moves <paramref name="position"/> from behind the opening quote to behind the closing one.</summary>
    public static JsonFault Skip(ReadOnlySpan<byte> json, ref int position, out bool isEscaped)
    {
        isEscaped = false;
        while (true)
        {
            var run = json[position..].IndexOfAny(Stops);
            if (run < 0)
            {
                return JsonFault.Syntax;
            }

            position += run;
            if (json[position] == '"')
            {
                position++;
                return JsonFault.None;
            }

            if (json[position] != '\\')
            {
                return JsonFault.Syntax;
            }

            isEscaped = true;
            var fault = SkipEscape(json, ref position);
            if (fault != JsonFault.None)
            {
                return fault;
            }
        }
    }

    /// <summary>Writes what the inside of a checked string stands for; never longer than the string itself.</summary>
    public static int Unescape(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var run = text.IndexOf((byte)'\\');
            if (run < 0)
            {
                text.CopyTo(destination[written..]);
                return written + text.Length;
            }

            text[..run].CopyTo(destination[written..]);
            written += run;
            text = text[run..];
            if (text[1] != 'u')
            {
                destination[written++] = Simple(text[1]);
                text = text[2..];
                continue;
            }

            TryReadHex(text[2..], out var unit);
            text = text[6..];
            var rune = new Rune(0);
            if (char.IsHighSurrogate(unit))
            {
                TryReadHex(text[2..], out var low);
                text = text[6..];
                rune = new Rune(unit, low);
            }
            else
            {
                rune = new Rune(unit);
            }

            written += rune.EncodeToUtf8(destination[written..]);
        }
    }

    private static JsonFault SkipEscape(ReadOnlySpan<byte> json, ref int position)
    {
        if (position + 1 >= json.Length)
        {
            return JsonFault.Syntax;
        }

        if (json[position + 1] != 'u')
        {
            if (Simple(json[position + 1]) == 0)
            {
                return JsonFault.Syntax;
            }

            position += 2;
            return JsonFault.None;
        }

        if (!TryReadHex(json[(position + 2)..], out var unit))
        {
            return JsonFault.Syntax;
        }

        position += 6;
        if (!char.IsSurrogate(unit))
        {
            return JsonFault.None;
        }

        if (char.IsLowSurrogate(unit) || !json[position..].StartsWith("\\u"u8))
        {
            return JsonFault.LoneSurrogate;
        }

        if (!TryReadHex(json[(position + 2)..], out var low))
        {
            return JsonFault.Syntax;
        }

        position += 6;
        return char.IsLowSurrogate(low) ? JsonFault.None : JsonFault.LoneSurrogate;
    }

    private static byte Simple(byte letter) => letter switch
    {
        (byte)'"' or (byte)'\\' or (byte)'/' => letter,
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        _ => 0,
    };

    private static bool TryReadHex(ReadOnlySpan<byte> text, out char unit)
    {
        unit = '\0';
        if (text.Length < 4)
        {
            return false;
        }

        for (var i = 0; i < 4; i++)
        {
            if (!char.IsAsciiHexDigit((char)text[i]))
            {
                return false;
            }

            var digit = text[i] <= '9' ? text[i] - '0' : (text[i] | 0x20) - 'a' + 10;
            unit = (char)((unit << 4) | digit);
        }

        return true;
    }
}
