using Fanfare.Json;

namespace Fanfare.SocketIO.Protocol.Tests.Json;

public sealed class DuplicateKeyTests
{
    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"":1,"":2}""")]
    [InlineData("""{"a":1,"b":2,"c":{"a":1},"a":3}""")]
    [InlineData("""[{"x":[{"y":1,"z":{},"y":1}]}]""")]
    [InlineData("""{"a":1,"\u0061":2}""")]
    [InlineData("""{"\u0061":1,"a":2}""")]
    [InlineData("""{"\u0061":1,"\u0061":2}""")]
    [InlineData("""{"\u00E9":1,"é":2}""")]
    [InlineData("""{"\u00e9":1,"\u00E9":2}""")]
    [InlineData("""{"😀":1,"\ud83d\ude00":2}""")]
    [InlineData("""{"a/b":1,"a\/b":2}""")]
    [InlineData("""{"\n\"":1,"\u000a\u0022":2}""")]
    [InlineData("""{"__proto__":1,"\u005f_proto__":2}""")]
    public void A_key_that_comes_twice_is_refused_in_whatever_spelling(string text) =>
        Assert.Equal(JsonFault.DuplicateKey, JsonGuard.Check(Wire.Bytes(text)));

    [Theory]
    [InlineData("""{"a":1,"A":2,"á":3,"a ":4,"":5,"\u0000":6}""")]
    [InlineData("""[{"a":1},{"a":1}]""")]
    [InlineData("""{"a":{"a":{"a":1},"b":{"a":1}},"b":{"a":1}}""")]
    [InlineData("""{"a":"\u0061","b":"a"}""")]
    [InlineData("""{"é":1,"e\u0301":2}""")]
    public void Keys_that_differ_or_stand_in_other_objects_pass(string text) =>
        Assert.Equal(JsonFault.None, JsonGuard.Check(Wire.Bytes(text)));

    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(18)]
    [InlineData(33)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void An_object_of_any_size_is_searched_wherever_the_second_one_stands(int count)
    {
        var keys = Enumerable.Range(0, count).Select(i => $"\"key-{i}\":0").ToArray();

        Assert.Equal(JsonFault.None, Check(keys));
        foreach (var repeated in new[] { 0, count / 2, count - 1 })
        {
            Assert.Equal(JsonFault.DuplicateKey, Check([.. keys, $"\"key-{repeated}\":1"]));
            Assert.Equal(JsonFault.DuplicateKey, Check([.. keys, $"\"\\u006bey-{repeated}\":1"]));
        }
    }

    [Fact]
    public void Large_objects_inside_each_other_are_kept_apart()
    {
        static string Large(string last) => "{" + string.Concat(Enumerable.Range(0, 40).Select(i => $"\"k{i}\":{i},")) + last + "}";

        Assert.Equal(JsonFault.None, JsonGuard.Check(Wire.Bytes(Large($"\"in\":{Large($"\"in\":{Large("\"x\":0")}")},\"after\":{Large("\"x\":0")}"))));
        Assert.Equal(JsonFault.DuplicateKey, JsonGuard.Check(Wire.Bytes(Large($"\"in\":{Large($"\"in\":{Large("\"k3\":0")}")}"))));
        Assert.Equal(JsonFault.DuplicateKey, JsonGuard.Check(Wire.Bytes(Large($"\"in\":{Large("\"x\":0")},\"k39\":0"))));
        Assert.Equal(JsonFault.DuplicateKey, JsonGuard.Check(Wire.Bytes(Large($"\"in\":{Large("\"x\":0")},\"in\":0"))));
    }

    [Theory]
    [InlineData("distinct", "\"{0}\":0")]
    [InlineData("of one length", "\"{0:D8}\":0")]
    [InlineData("with long common ends", "\"aaaaaaaaaaaaaaaaaaaaaaaa{0:D8}aaaaaaaaaaaaaaaaaaaaaaaa\":0")]
    [InlineData("escaped", "\"\\u0061{0}\":0")]
    public void The_work_for_keys_grows_with_their_number_and_not_its_square(string kind, string format)
    {
        Assert.NotEmpty(kind);
        var (few, many) = (Comparisons(format, 10_000), Comparisons(format, 100_000));

        Assert.InRange(many, 1, 4 * 100_000);
        Assert.InRange((double)many / few, 1, 25);
    }

    [Fact]
    public void The_work_for_many_small_and_middling_objects_grows_with_the_text()
    {
        static string Object(int keys) => "{" + string.Join(',', Enumerable.Range(0, keys).Select(i => $"\"{i:D3}\":0")) + "}";
        static long Work(int objects) => Comparisons("[" + string.Join(',', Enumerable.Range(0, objects).Select(i => Object(10 + (i % 20)))) + "]");

        Assert.InRange((double)Work(10_000) / Work(1_000), 5, 15);
    }

    private static JsonFault Check(string[] members) => JsonGuard.Check(Wire.Bytes("{" + string.Join(',', members) + "}"));

    private static long Comparisons(string format, int count) =>
        Comparisons("{" + string.Join(',', Enumerable.Range(0, count).Select(i => string.Format(System.Globalization.CultureInfo.InvariantCulture, format, i))) + "}");

    private static long Comparisons(string text)
    {
        var scanner = new JsonScanner(Wire.Bytes(text), 32, new KeyRef[KeySet.InlineKeys]);
        try
        {
            while (scanner.Read())
            {
            }

            Assert.Equal(JsonFault.None, scanner.Fault);
            return scanner.KeyComparisons;
        }
        finally
        {
            scanner.Dispose();
        }
    }
}
