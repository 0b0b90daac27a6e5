using System.Globalization;
using System.Text;

namespace Fanfare.Testing.History;

/// <summary>What a client may show as its position, though it was never given it: hardening row T27.</summary>
public static class HostileCursors
{
    private const string InEpochs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly Rune[] Anything = [.. "abcxyzABC0123456789-_ .:;,/\\\"'%+~!@#$^&*()[]{}<>|=?\t\r\n\0\u007Fé€\u2028😀".EnumerateRunes()];

    /// <summary>Nonsense, something near to a real one, a real one of another place, or one of a log that never was; short and long.</summary>
    public static string Next(Random random, EventId head) => random.Next(12) switch
    {
        0 => $"{head.Epoch}-{random.NextInt64()}",
        1 => $"{head.Epoch}-",
        2 => $"{head.Epoch[..^1]}-{head.Sequence}",
        3 => $"{head.Epoch}-0{head.Sequence}-1",
        4 => new string('9', random.Next(1, 200)),
        5 => $"{head.Epoch}-{random.NextInt64(head.Sequence + 2)}",
        6 => $"{Text(random, head.Epoch.Length)}-{random.NextInt64(head.Sequence + 2)}",
        7 => $"{Text(random, random.Next(EventId.MaxLength - 8, EventId.MaxLength + 8))}-{random.Next(10)}",
        8 => $"{head.Epoch}-{new string('0', random.Next(1, EventId.MaxLength))}{head.Sequence}",
        9 => $"{Swap(head.Epoch)}-{head.Sequence}",
        10 => string.Create(CultureInfo.InvariantCulture, $"{head.Epoch}-{(UInt128)long.MaxValue + (UInt128)random.Next(3)}"),
        _ => string.Concat(random.GetItems<Rune>(Anything, random.Next(1, 80))),
    };

    private static string Text(Random random, int length) => string.Concat(random.GetItems<char>(InEpochs, length));

    private static string Swap(string epoch) => string.Concat(epoch.Select(static c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)));
}
