using System.Text;
using CsCheck;

namespace Fanfare.Core.Tests.Bus;

/// <summary>Globs by example (the answers are those of a Redis 7 server), and against a matcher that is slow and plain.</summary>
public sealed class GlobPatternTests
{
    // Few letters, so that patterns and names meet; all that is special, and two letters of several bytes.
    private static readonly Gen<string> Pattern = Gen.OneOf("a", "b", "c", "*", "*", "?", "[", "]", "^", "-", "\\", "é", "ä", "[ab]", "[^a]", "[a-c]")
        .Array[0, 9].Select(string.Concat);

    private static readonly Gen<string> Name = Gen.OneOf("a", "b", "c", "*", "[", "]", "^", "-", "\\", "é", "ä").Array[0, 7].Select(string.Concat);

    [Theory]
    [InlineData("room:*", "room:1", true)]
    [InlineData("room:*", "room:", true)]
    [InlineData("room:*", "rooms:1", false)]
    [InlineData("room:*", "my room:1", false)]
    [InlineData("*", "anything at all", true)]
    [InlineData("**", "a", true)]
    [InlineData("*", "", false)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("a*b*c", "a1b2b3c", true)]
    [InlineData("a*b*c", "a1b2b3", false)]
    [InlineData("*.orders.*", "eu.orders.new", true)]
    [InlineData("h?llo", "hello", true)]
    [InlineData("h?llo", "hllo", false)]
    [InlineData("?", "é", false)]
    [InlineData("??", "é", true)]
    [InlineData("h[ae]llo", "hallo", true)]
    [InlineData("h[ae]llo", "hillo", false)]
    [InlineData("h[^e]llo", "hallo", true)]
    [InlineData("h[^e]llo", "hello", false)]
    [InlineData("h[a-c]llo", "hbllo", true)]
    [InlineData("h[c-a]llo", "hbllo", true)]
    [InlineData("h[a-c]llo", "hdllo", false)]
    [InlineData("[a-c-e]", "-", true)]
    [InlineData("[]", "a", false)]
    [InlineData("[]a]", "a", false)]
    [InlineData("[^]", "a", true)]
    [InlineData("[^", "a", true)]
    [InlineData("[", "[", false)]
    [InlineData("[abc", "b", true)]
    [InlineData("[a-]", "^", true)]
    [InlineData("[a-\\d]", "_", true)]
    [InlineData("[a-\\d]", "d]", false)]
    [InlineData("[a-\\d]", "d", true)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("[\\", "\\", true)]
    [InlineData("[a-é]", "b", false)]
    [InlineData("[a-é]", "A", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("a\\", "a\\", true)]
    [InlineData("\\a", "a", true)]
    [InlineData("A", "a", false)]
    public void A_glob_matches_what_it_matches_in_Redis(string pattern, string name, bool expected) =>
        Assert.Equal(expected, GlobPattern.Parse(pattern).IsMatch(name));

    [Fact]
    public void Any_glob_and_any_name_agree_with_the_plain_matcher() =>
        Gen.Select(Pattern, Name).Sample(
            static (pattern, name) => GlobPattern.Parse(pattern).IsMatch(name) == PlainGlob.IsMatch(Encoding.UTF8.GetBytes(pattern), Encoding.UTF8.GetBytes(name)),
            iter: 200_000);

    [Fact]
    public void An_escaped_name_matches_itself_and_nothing_else() =>
        Gen.Select(Name, Name).Sample(
            static (name, other) => GlobPattern.Parse(GlobPattern.Escape(name)).IsMatch(other) == (name == other) && GlobPattern.Parse(GlobPattern.Escape(name)).IsMatch(name),
            iter: 20_000);

    [Fact]
    public void A_hostile_pattern_ends()
    {
        var name = new string('a', 4000);

        // A search that tries every split would take longer than the universe has.
        Assert.False(GlobPattern.Parse(string.Concat(Enumerable.Repeat("*a", 900)) + "*b").IsMatch(name));
        Assert.False(GlobPattern.Parse(string.Concat(Enumerable.Repeat("*[^b]?", 300)) + "c").IsMatch(name));
    }

    [Fact]
    public void A_long_name_is_matched_whole()
    {
        var name = new string('é', 5000);

        Assert.True(GlobPattern.Parse("*é").IsMatch(name));
        Assert.False(GlobPattern.Parse("*é").IsMatch(name + "x"));
    }
}
