using System.Text.Json;
using CsCheck;
using Fanfare.Json;

namespace Fanfare.SocketIO.Protocol.Tests.Json;

public sealed class WireJsonTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("\"\\/", "\\\"\\\\/")]
    [InlineData("\b\f\n\r\t", "\\b\\f\\n\\r\\t")]
    [InlineData("\u0000\u0001\u000b\u001f", "\\u0000\\u0001\\u000b\\u001f")]
    [InlineData("<>&'+`", "<>&'+`")]
    [InlineData("é€房", "é€房")]
    [InlineData("😀\U0010ffff", "😀\U0010ffff")]
    [InlineData("\u007f\u0080\u2028\u2029\ue000\ufeff\ufffe\uffff", "\u007f\u0080\u2028\u2029\ue000\ufeff\ufffe\uffff")]
    public void Only_what_must_be_escaped_is_escaped(string text, string inside)
    {
        var expected = $"\"{inside}\"";

        Assert.Equal(expected, Wire.Written(output => WireJson.WriteString(output, text)));
        Assert.Equal(expected, Serialized(writer => writer.WriteStringValue(text)));
        Assert.Equal(expected, Serialized(writer => writer.WriteStringValue(Wire.Bytes(text))));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_replaced()
    {
        // Not as theory data: attributes cannot hold such texts.
        foreach (var (text, inside) in new[] { ("a\ud800b", "a\ufffdb"), ("\udc00\ud83d", "\ufffd\ufffd"), ("😀\ud83d", "😀\ufffd"), ("\n\udfff", "\\n\ufffd") })
        {
            Assert.Equal($"\"{inside}\"", Wire.Written(output => WireJson.WriteString(output, text)));
            Assert.Equal($"\"{inside}\"", Serialized(writer => writer.WriteStringValue(text)));
        }
    }

    [Fact]
    public void Long_texts_are_written_alike_with_and_without_escapes()
    {
        var plain = string.Concat(Enumerable.Repeat("é😀x", 2_000));

        Assert.Equal($"\"{plain}\"", Wire.Written(output => WireJson.WriteString(output, plain)));
        Assert.Equal($"\"{plain}\\n{plain}\"", Wire.Written(output => WireJson.WriteString(output, plain + "\n" + plain)));
    }

    [Fact]
    public void Every_text_is_read_back_and_both_ways_of_writing_agree() =>
        Gen.String.Sample(text =>
        {
            var written = Wire.Written(output => WireJson.WriteString(output, text));
            var expected = Wire.Text(Wire.Bytes(text)); // lone surrogates replaced
            Assert.Equal(expected, JsonSerializer.Deserialize<string>(written));
            Assert.Equal(written, Serialized(writer => writer.WriteStringValue(text)));
        }, iter: 5_000);

    [Fact]
    public void Keys_are_written_by_the_same_rule() =>
        Assert.Equal("{\"é😀\u2028\\n\":1}", Serialized(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("é😀\u2028\n", 1);
            writer.WriteEndObject();
        }));

    private static string Serialized(Action<Utf8JsonWriter> write) => Wire.Written(output =>
    {
        using var writer = new Utf8JsonWriter(output, WireJson.WriterOptions);
        write(writer);
    });
}
