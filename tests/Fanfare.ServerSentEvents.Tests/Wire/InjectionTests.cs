using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Fanfare.ServerSentEvents.Tests;

public sealed class InjectionTests
{
    private static readonly string[] Pieces =
    [
        "\r", "\n", "\r\n", "\0", ":", " ", "data: x", "event: evil", "id: evil", "retry: 1", "\n\n", "\r\r", "a", "é", "😀", "\uFEFF", "\u2028", "\u0085", "\u001C", "message", "", "\t", "\"", "\\", "}", "data",
    ];

    [Fact]
    public void No_id_event_or_data_can_make_an_event_of_its_own() => Run(100_000);

    [Fact]
    [Trait("Category", "Long")]
    public void No_id_event_or_data_can_make_an_event_of_its_own_in_a_million_tries() => Run(1_000_000);

    /// <summary>What an application can emit: any name, any text within its arguments, whitespace between them, any position.</summary>
    [Fact]
    public void Whatever_is_emitted_arrives_as_one_event_that_says_the_same()
    {
        var random = new Random(8);
        for (var i = 0; i < 20_000; i++)
        {
            var name = Text(random);
            var value = Text(random);
            var json = $"[{Whitespace(random)}{JsonSerializer.Serialize(value)}{Whitespace(random)},{Whitespace(random)}1{Whitespace(random)}]";
            var message = new EncodedMessage(new Message(name, new Arguments(Encoding.UTF8.GetBytes(json))), new EventId("e", i), isKept: true);

            var parser = new EventParser();
            var found = Assert.Single(parser.Feed(StreamForm.Bare.Encode(message).Bytes.Span));
            var data = JsonDocument.Parse(found.Data).RootElement;
            if (EventText.IsWrapped(name))
            {
                Assert.Equal(("event", name), (found.Name, data.GetProperty("event").GetString()));
                data = data.GetProperty("args")[0];
            }
            else
            {
                Assert.Equal(name, found.Name);
            }

            Assert.Equal(value, data[0].GetString());
            Assert.Equal($"e-{i}", found.LastEventId);
        }
    }

    [Theory]
    [InlineData("a\rb")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public void An_id_or_name_with_a_line_break_is_refused(string text)
    {
        Assert.Throws<ArgumentException>(() => EventText.WriteEvent(new ArrayBufferWriter<byte>(), text, "n", default));
        Assert.Throws<ArgumentException>(() => EventText.WriteEvent(new ArrayBufferWriter<byte>(), "1", text, default));
    }

    private static void Run(int count)
    {
        var random = new Random(7);
        var parser = new EventParser();
        var output = new ArrayBufferWriter<byte>();
        var id = string.Empty;
        for (var i = 0; i < count; i++)
        {
            var wished = Text(random);
            var name = Text(random);
            var data = Text(random);
            output.ResetWrittenCount();
            var isRefused = !EventText.IsOneLine(wished) || !EventText.IsOneLine(name);
            if (isRefused)
            {
                Assert.Throws<ArgumentException>(() => EventText.WriteEvent(output, wished, name, Encoding.UTF8.GetBytes(data)));
                continue;
            }

            var hasId = random.Next(4) > 0;
            EventText.WriteEvent(output, hasId ? wished : null, name, Encoding.UTF8.GetBytes(data));
            id = hasId ? wished : id;
            var expected = new StreamEvent(
                name.Length == 0 ? "message" : name, data.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n'), id);

            // In pieces, as a network brings them.
            var cut = random.Next(output.WrittenCount);
            List<StreamEvent> found = [.. parser.Feed(output.WrittenSpan[..cut]), .. parser.Feed(output.WrittenSpan[cut..])];
            Assert.Equal(expected, Assert.Single(found));
        }

        Assert.Null(parser.Retry);
        Assert.Equal(0, parser.Comments);
    }

    private static string Text(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(5); i > 0; i--)
        {
            text.Append(Pieces[random.Next(Pieces.Length)]);
        }

        return text.ToString();
    }

    private static string Whitespace(Random random) => random.Next(3) switch { 0 => "", 1 => " \r\n", _ => "\n\r\t" };
}
