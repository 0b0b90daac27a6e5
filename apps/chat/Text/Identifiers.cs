using System.Buffers.Text;
using System.Security.Cryptography;

namespace Fanfare.Chat.Text;

/// <summary>Opaque ids: 22 characters of <c>[0-9A-Za-z_-]</c> with 128 random bits.</summary>
public static class Identifiers
{
    private const int Length = 22;

    /// <summary>A new id that nobody can guess.</summary>
    public static string New() => Random(16);

    /// <summary>Whether the text could be an id of ours.</summary>
    public static bool HasForm(string text) => text.Length == Length && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    /// <summary>Random bytes as URL-safe text.</summary>
    public static string Random(int byteCount)
    {
        Span<byte> bytes = stackalloc byte[byteCount];
        RandomNumberGenerator.Fill(bytes);
        return Base64Url.EncodeToString(bytes);
    }
}
