using System.Text;

namespace Fanfare;

/// <summary>What clients may write where a room is named.</summary>
/// <remarks>Product, section 4: 1 to 255 bytes of UTF-8, no control characters.</remarks>
public static class RoomName
{
    /// <summary>The longest name, in bytes of UTF-8.</summary>
    public const int MaxBytes = 255;

    /// <summary>Whether <paramref name="name"/> is well formed; that says nothing about rights.</summary>
    public static bool IsValid(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > MaxBytes || Encoding.UTF8.GetByteCount(name) > MaxBytes)
        {
            return false;
        }

        foreach (var rune in name.EnumerateRunes())
        {
            // A lone surrogate is shown as the replacement character; nothing that came as UTF-8 has one.
            if (Rune.IsControl(rune))
            {
                return false;
            }
        }

        return true;
    }
}
