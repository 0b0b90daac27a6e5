using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Fanfare.Json;

/// <summary>JSON as it goes over the wire: nothing is escaped that need not be, as <c>JSON.stringify</c> does it.</summary>
/// <remarks>Clients compare such texts byte for byte, and the relaxed encoder of the base library still escapes, for one, everything beyond the BMP.</remarks>
public static class WireJson
{
    /// <summary>Texts up to this length, most names, are written in one go.</summary>
    private const int ShortText = 128;

    /// <summary>Escapes the quote, the backslash and U+0000 to U+001F. Lone surrogates, which UTF-8 cannot hold, become U+FFFD.</summary>
    public static JavaScriptEncoder Encoder { get; } = new WireJsonEncoder();

    /// <summary>Options for a <see cref="Utf8JsonWriter"/> with <see cref="Encoder"/>, no indentation and at most 32 levels.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = Encoder, MaxDepth = JsonGuard.DefaultMaxDepth };

    /// <summary>Writes <paramref name="text"/> as a JSON string, quotes included.</summary>
    public static void WriteString(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (text.Length <= ShortText && !text.ContainsAny(WireJsonEncoder.Escaped))
        {
            WriteShort(output, text);
            return;
        }

        output.Write("\""u8);
        while (true)
        {
            var run = text.IndexOfAny(WireJsonEncoder.Escaped);
            WriteRaw(output, run < 0 ? text : text[..run]);
            if (run < 0)
            {
                break;
            }

            WriteEscape(output, text[run]);
            text = text[(run + 1)..];
        }

        output.Write("\""u8);
    }

    private static void WriteShort(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length) + 2);
        span[0] = (byte)'"';
        var length = Encoding.UTF8.GetBytes(text, span[1..]);
        span[length + 1] = (byte)'"';
        output.Advance(length + 2);
    }

    private static void WriteRaw(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        if (!text.IsEmpty)
        {
            Encoding.UTF8.GetBytes(text, output);
        }
    }

    private static void WriteEscape(IBufferWriter<byte> output, char character)
    {
        Span<char> escape = stackalloc char[WireJsonEncoder.LongestEscape];
        var length = WireJsonEncoder.Escape(character, escape);
        Encoding.UTF8.GetBytes(escape[..length], output);
    }
}
