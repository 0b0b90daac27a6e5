using System.Buffers;
using System.Buffers.Text;

namespace Fanfare;

/// <summary>An event on its way: where it was published, and its JSON, which all subscriptions share.</summary>
internal readonly record struct BusPayload(string Channel, ReadOnlyMemory<byte> Json)
{
    private const int PlaceholderLength = 4; // null

    public static BusPayload Of<T>(MessageSerializer serializer, string channel, T value)
    {
        var written = serializer.Write(value);
        return new BusPayload(channel, written.HasBinary ? WithBase64(written) : written.Json);
    }

    /// <summary>A bus carries one text, so binary comes back in band; readers take base64 wherever binary belongs.</summary>
    private static ReadOnlyMemory<byte> WithBase64(Arguments written)
    {
        var json = written.Json.Span;
        var text = new ArrayBufferWriter<byte>(json.Length + written.Attachments[0].Length * 2);
        var copied = 0;
        for (var i = 0; i < written.Places.Length; i++)
        {
            var place = written.Places[i];
            text.Write(json[copied..place]);
            text.Write("\""u8);
            var binary = written.Attachments[i].Span;
            Base64.EncodeToUtf8(binary, text.GetSpan(Base64.GetMaxEncodedToUtf8Length(binary.Length)), out _, out var length);
            text.Advance(length);
            text.Write("\""u8);
            copied = place + PlaceholderLength;
        }

        text.Write(json[copied..]);
        return text.WrittenMemory;
    }
}
