namespace Fanfare.Core.Tests.Bus;

/// <summary>Globs by their definition: one question about one byte after the other, every split of a run tried. Exponential, and short.</summary>
internal static class PlainGlob
{
    public static bool IsMatch(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> name) => name.IsEmpty ? pattern.IsEmpty : Rest(pattern, name);

    private static bool Rest(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> name)
    {
        if (pattern.IsEmpty)
        {
            return name.IsEmpty;
        }

        if (pattern[0] == '*')
        {
            return Rest(pattern[1..], name) || (!name.IsEmpty && Rest(pattern, name[1..]));
        }

        if (name.IsEmpty)
        {
            return false;
        }

        return pattern switch
        {
            [(byte)'?', .. var rest] => Rest(rest, name[1..]),
            [(byte)'[', (byte)'^', .. var inner] => !InClass(inner, name[0], out var rest) && Rest(rest, name[1..]),
            [(byte)'[', .. var inner] => InClass(inner, name[0], out var rest) && Rest(rest, name[1..]),
            [(byte)'\\', var escaped, .. var rest] => escaped == name[0] && Rest(rest, name[1..]),
            [var literal, .. var rest] => literal == name[0] && Rest(rest, name[1..]),
            [] => false,
        };
    }

    private static bool InClass(ReadOnlySpan<byte> inner, byte found, out ReadOnlySpan<byte> rest)
    {
        switch (inner)
        {
            case []:
                rest = [];
                return false;
            case [(byte)']', .. var behind]:
                rest = behind;
                return false;
            case [(byte)'\\', var escaped, .. var more]:
                return InClass(more, found, out rest) | escaped == found;
            case [var from, (byte)'-', var to, .. var more]:
                return InClass(more, found, out rest) | IsBetween((sbyte)found, (sbyte)from, (sbyte)to);
            case [var literal, .. var more]:
                return InClass(more, found, out rest) | literal == found;
        }
    }

    private static bool IsBetween(sbyte found, sbyte from, sbyte to) => from <= to ? found >= from && found <= to : found >= to && found <= from;
}
