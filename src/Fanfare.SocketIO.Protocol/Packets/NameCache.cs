using System.Text;

namespace Fanfare.SocketIO.Protocol;

/// <summary>Gives the same string for the same short name, so that a stream of events makes no strings. A miss only costs a new string.</summary>
/// <remarks>Bounded: a name takes the place of the one that had its slot. Safe to use from any thread.</remarks>
internal sealed class NameCache
{
    private const int Slots = 256;
    private const int LongestName = 64;

    private readonly string?[] _names = new string?[Slots];

    public string Get(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.Length > LongestName)
        {
            return Encoding.UTF8.GetString(name);
        }

        ref var slot = ref _names[SlotOf(name)];
        var known = slot;
        if (known is not null && Ascii.Equals(name, known))
        {
            return known;
        }

        var made = Encoding.UTF8.GetString(name);
        slot = made;
        return made;
    }

    private static int SlotOf(ReadOnlySpan<byte> name) =>
        ((name.Length * 31) + (name[0] * 7) + (name[name.Length / 2] * 13) + (name[^1] * 61)) & (Slots - 1);
}
