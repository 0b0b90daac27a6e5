using System.Text.Unicode;

namespace Fanfare.Json;

/// <summary>The check that every inbound JSON text passes before anything reads it.</summary>
/// <remarks>
/// Readers further on rely on it: <c>JsonDocument</c> takes invalid UTF-8 and lone surrogates and throws only when the text is asked
/// for, and which of two equal keys wins depends on the reader. Time grows with the length of the text, whatever its keys are.
/// </remarks>
public static class JsonGuard
{
    /// <summary>How deep arrays and objects may nest unless said otherwise.</summary>
    public const int DefaultMaxDepth = 32;

    /// <summary>Checks that <paramref name="utf8"/> is one well-formed JSON value, whitespace around it allowed, and allocates nothing.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="maxDepth">How deep arrays and objects may nest, 1 to 64; <c>[]</c> has a depth of one.</param>
    /// <returns>What is wrong first, or <see cref="JsonFault.None"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDepth"/> is not within 1 to 64.</exception>
    /// <remarks>RFC 8259. Safe to call from any thread.</remarks>
    public static JsonFault Check(ReadOnlySpan<byte> utf8, int maxDepth = DefaultMaxDepth) => Check(utf8, maxDepth, toleratesLoneSurrogates: false);

    /// <summary>As <see cref="Check(ReadOnlySpan{byte}, int)"/>, but half a surrogate pair in a value may be no fault: such a text may be skipped over, and must not be read. In a key it always is one.</summary>
    internal static JsonFault Check(ReadOnlySpan<byte> utf8, int maxDepth, bool toleratesLoneSurrogates)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDepth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDepth, JsonScanner.MaxDepthLimit);
        if (!Utf8.IsValid(utf8))
        {
            return JsonFault.InvalidUtf8;
        }

        var scanner = new JsonScanner(utf8, maxDepth, stackalloc KeyRef[KeySet.InlineKeys], toleratesLoneSurrogates);
        try
        {
            while (scanner.Read())
            {
            }

            return scanner.Fault;
        }
        finally
        {
            scanner.Dispose();
        }
    }
}
