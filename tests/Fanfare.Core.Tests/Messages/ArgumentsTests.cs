using System.Text;
using System.Text.Json;
using CsCheck;

namespace Fanfare.Core.Tests.Messages;

public sealed class ArgumentsTests
{
    [Fact]
    public void Binary_is_out_of_band_wherever_it_stands()
    {
        var arguments = Arguments.Of(new byte[] { 1 }, new { A = new ReadOnlyMemory<byte>([2, 3]), B = new object[] { 4, new byte[] { 5 } } });

        Assert.Equal("""null,{"a":null,"b":[4,null]}""", Text(arguments));
        Assert.Equal([0, 10, 22], arguments.Places.ToArray());
        Assert.Equal([[1], [2, 3], [5]], arguments.Attachments.ToArray().Select(static data => data.ToArray()));
        Assert.True(arguments.TryGetBinary(0, out var data));
        Assert.Equal([1], data.ToArray());
        Assert.False(arguments.TryGetBinary(1, out _));
        Assert.False(arguments.TryGetBinary(7, out _));
        Assert.Equal([2, 3], arguments.Get<Holder>(1)!.A);
        Assert.Equal([1], arguments.Get<byte[]>(0)!);
    }

    [Fact]
    public void Slices_and_elements_keep_the_binary_that_is_inside()
    {
        var arguments = Arguments.Of("first", new object[] { new byte[] { 1 }, " a , b ", new byte[] { 2 } }, new byte[] { 3 });

        var rest = arguments.Slice(1);
        Assert.Equal(2, rest.Count);
        Assert.True(rest.TryGetBinary(1, out var third));
        Assert.Equal([3], third.ToArray());
        var items = arguments.Elements(1);
        Assert.Equal(3, items.Count);
        Assert.Equal(" a , b ", items.Get<string>(1));
        Assert.True(items.TryGetBinary(2, out var second));
        Assert.Equal([2], second.ToArray());
        Assert.Equal(0, arguments.Elements(0).Count);
        Assert.Equal(0, arguments.Slice(3).Count);
        Assert.Equal(1, arguments.Slice(0, 1).Count);
        Assert.False(arguments.Slice(0, 1).HasBinary);
    }

    [Fact]
    public void Missing_arguments_are_default()
    {
        var arguments = Arguments.Of(1);

        Assert.Equal(0, arguments.Get<int>(5));
        Assert.Null(arguments.Get<string>(1));
        Assert.Equal(JsonValueKind.Undefined, arguments.Kind(1));
        Assert.False(arguments.TryGetText(0, out _));
        Assert.Equal(0, Arguments.Empty.Count);
        Assert.Equal("", Text(Arguments.Empty));
    }

    [Theory]
    [InlineData("\u0001\b\f\n\r\t\"\\", """ "\u0001\b\f\n\r\t\"\\" """)]
    [InlineData("<b>&'+é€😀\u2028", "\"<b>&'+é€😀\u2028\"")]
    public void Texts_are_escaped_as_JavaScript_does(string text, string json) => Assert.Equal(json.Trim(' '), Text(Arguments.Of(text)));

    [Fact]
    public void Numbers_that_are_not_finite_are_null() =>
        Assert.Equal("null,null,null", Text(Arguments.Of(double.NaN, float.NegativeInfinity, double.PositiveInfinity)));

    [Fact]
    public void Dates_are_ISO_texts_in_UTC_with_milliseconds() =>
        Assert.Equal(
            "\"2026-11-24T06:41:43.559Z\",\"2026-11-24T06:41:43.000Z\"",
            Text(Arguments.Of(new DateTimeOffset(2026, 11, 24, 8, 41, 43, 559, TimeSpan.FromHours(2)), new DateTime(2026, 11, 24, 6, 41, 43, DateTimeKind.Utc))));

    [Fact]
    public void Duplicate_keys_and_too_much_depth_do_not_fit_any_type()
    {
        Assert.Throws<JsonException>(() => Wrap("{\"a\":1,\"a\":2}").Get<Dictionary<string, int>>(0));
        Assert.ThrowsAny<JsonException>(() => Wrap(new string('[', 40) + new string(']', 40)).Get<JsonElement>(0));
    }

    [Fact]
    public void Arguments_are_parted_where_JSON_parts_them() =>
        Gen.String.Array[0, 6].Sample(static texts =>
        {
            var json = string.Join(" , ", texts.Select(static text => JsonSerializer.Serialize(text)));
            var arguments = Wrap(json);
            return arguments.Count == texts.Length
                && Enumerable.Range(0, texts.Length).All(i => JsonSerializer.Deserialize<string>(JsonSerializer.Serialize(texts[i])) == arguments.Get<string>(i));
        });

    private static string Text(Arguments arguments) => Encoding.UTF8.GetString(arguments.Json.Span);

    private static Arguments Wrap(string json) => new(Encoding.UTF8.GetBytes(json));

    private sealed record Holder(byte[] A);
}
