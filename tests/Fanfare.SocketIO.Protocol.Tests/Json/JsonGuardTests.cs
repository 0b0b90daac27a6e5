using System.Text.Json;
using CsCheck;
using Fanfare.Json;

namespace Fanfare.SocketIO.Protocol.Tests.Json;

public sealed class JsonGuardTests
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>Pieces that random texts are made of, so that many of them are almost or quite JSON.</summary>
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"\\u0061\"", "\"é😀\"", "\"\\n\\/\\\"\"", "\"\"", "\"", "\\", "0", "-1", "1.5e-3", "01", "1.", "-", "e", "true", "false", "null",
        "nul", " ", "\t", "\n", "\r", "\f", "\u0001", "{\"a\":1}", "[1,2]", "\"a\":1", ",\"b\":[]", "/", "'", "\u00a0", "\ufeff",
    ];

    [Theory]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("-12.5E+03")]
    [InlineData("1e400")]
    [InlineData("true")]
    [InlineData(" null\r\n\t")]
    [InlineData("\"\"")]
    [InlineData("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"")]
    [InlineData("\"\u007f\u2028\ue000\ufeff\uffff\"")]
    [InlineData("[]")]
    [InlineData("{ }")]
    [InlineData("[ 1 , [ ] , { \"a\" : { } } ]")]
    [InlineData("{\"\":0,\" \":1,\"a\":{\"a\":{\"a\":[{\"a\":1},{\"a\":1}]}},\"A\":2}")]
    public void Json_passes(string text) => Assert.Equal(JsonFault.None, JsonGuard.Check(Wire.Bytes(text)));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\ufeff1")]
    [InlineData("1 2")]
    [InlineData("[1]]")]
    [InlineData("[1")]
    [InlineData("[1,")]
    [InlineData("[1,]")]
    [InlineData("[,1]")]
    [InlineData("[1 2]")]
    [InlineData("[1:2]")]
    [InlineData("[}")]
    [InlineData("{]")]
    [InlineData("{")]
    [InlineData("{\"a\"")]
    [InlineData("{\"a\":")]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":1,")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\",1}")]
    [InlineData("{\"a\" 1}")]
    [InlineData("{a:1}")]
    [InlineData("{1:1}")]
    [InlineData("{\"a\":1]")]
    [InlineData("\"")]
    [InlineData("\"a")]
    [InlineData("\"\\")]
    [InlineData("\"\\\"")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\u12\"")]
    [InlineData("\"\\u12g4\"")]
    [InlineData("\"\\U0061\"")]
    [InlineData("\"\n\"")]
    [InlineData("\"\u0000\"")]
    [InlineData("\"\u001f\"")]
    [InlineData("'a'")]
    [InlineData("01")]
    [InlineData("-")]
    [InlineData("-a")]
    [InlineData("+1")]
    [InlineData(".5")]
    [InlineData("1.")]
    [InlineData("1.e5")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("tru")]
    [InlineData("True")]
    [InlineData("truefalse")]
    [InlineData("undefined")]
    [InlineData("[1]//x")]
    [InlineData("/**/1")]
    [InlineData("\u00a01")]
    public void What_is_not_json_is_refused(string text) => Assert.Equal(JsonFault.Syntax, JsonGuard.Check(Wire.Bytes(text)));

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\udc00\"")]
    [InlineData("\"\\ud800\\ud800\"")]
    [InlineData("\"\\udc00\\udc00\"")]
    [InlineData("\"\\ud83dx\"")]
    [InlineData("\"\\ud83d\\n\"")]
    [InlineData("\"\\udE00\\uD83d\"")]
    [InlineData("{\"\\udfff\":1}")]
    public void An_escaped_surrogate_without_its_half_is_refused(string text) =>
        Assert.Equal(JsonFault.LoneSurrogate, JsonGuard.Check(Wire.Bytes(text)));

    [Fact]
    public void Random_texts_are_judged_as_the_base_library_judges_them() =>
        Pick.From(Pieces).Array[0, 12].Select(string.Concat).Sample(
            text => JsonGuard.Check(Wire.Bytes(text)) == JsonFault.None == IsJson(text), iter: 20_000);

    [Fact]
    public void Random_bytes_never_throw() =>
        Gen.Byte.Array[0, 40].Sample(bytes => JsonGuard.Check(bytes) == JsonFault.None == IsJson(bytes) || !Utf8Only(bytes), iter: 20_000);

    [Fact]
    public void A_depth_limit_outside_of_its_range_is_a_mistake_of_the_caller()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => JsonGuard.Check("1"u8, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => JsonGuard.Check("1"u8, 65));
        Assert.Equal(JsonFault.None, JsonGuard.Check(Wire.Bytes(new string('[', 64) + new string(']', 64)), 64));
        Assert.Equal(JsonFault.TooDeep, JsonGuard.Check("[[]]"u8, 1));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(31, true)]
    [InlineData(32, true)]
    [InlineData(33, false)]
    [InlineData(34, false)]
    [InlineData(64, false)]
    [InlineData(65, false)]
    [InlineData(1_000, false)]
    [InlineData(1_000_000, false)]
    public void Thirty_two_levels_pass_and_no_more(int depth, bool passes)
    {
        var expected = passes ? JsonFault.None : JsonFault.TooDeep;

        Assert.Equal(expected, JsonGuard.Check(Wire.Bytes(Nested("[", "1", "]", depth))));
        Assert.Equal(expected, JsonGuard.Check(Wire.Bytes(Nested("{\"a\":", "1", "}", depth))));
        Assert.Equal(expected, JsonGuard.Check(Wire.Bytes(string.Concat(Enumerable.Range(0, depth).Select(i => i % 2 == 0 ? "[" : "{\"k\":"))
            + "0" + string.Concat(Enumerable.Range(0, depth).Reverse().Select(i => i % 2 == 0 ? "]" : "}")))));
    }

    [Fact]
    public void Many_levels_one_after_another_are_not_deep() =>
        Assert.Equal(JsonFault.None, JsonGuard.Check(Wire.Bytes("[" + string.Join(',', Enumerable.Repeat(Nested("[", "", "]", 31), 1_000)) + "]")));

    [Fact]
    public void Checking_allocates_nothing()
    {
        byte[][] texts =
        [
            """{"room":"general","content":{"t":"hi \u00e9"},"n":[1,2,3]}"""u8.ToArray(),
            Wire.Bytes("{" + string.Join(',', Enumerable.Range(0, 2_000).Select(i => $"\"k\\u0061{i}\":{i}")) + "}"),
            Wire.Bytes(Nested("{\"a\":1,\"b\":2,\"c\":", "1", "}", 32)),
        ];

        // The smallest of several tries: the pools may be trimmed between two of them.
        var allocated = Enumerable.Range(0, 10).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var text in texts)
            {
                if (JsonGuard.Check(text) != JsonFault.None)
                {
                    return long.MaxValue;
                }
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        });

        Assert.Equal(0, allocated);
    }

    private static string Nested(string open, string inside, string close, int depth) =>
        string.Concat(Enumerable.Repeat(open, depth)) + inside + string.Concat(Enumerable.Repeat(close, depth));

    private static bool IsJson(string text) => IsJson(Wire.Bytes(text));

    private static bool IsJson(byte[] text)
    {
        try
        {
            JsonDocument.Parse(text, Strict).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            return false; // the base library's answer to keys that are no text
        }
    }

    private static bool Utf8Only(byte[] bytes) => System.Text.Unicode.Utf8.IsValid(bytes);
}
