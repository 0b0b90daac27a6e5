using System.Diagnostics.CodeAnalysis;

namespace Fanfare;

/// <summary>An outbox as its wire sees it. Reading is for within <see cref="IWire.Drain"/> only; the rest is safe from any thread.</summary>
public interface IOutboxReader
{
    /// <summary>Whether nothing is added any more. A wire that finds it so and the outbox empty ends politely.</summary>
    bool IsCompleted { get; }

    /// <summary>Whether nothing waits.</summary>
    bool IsEmpty { get; }

    /// <summary>Whether a part of the first frame is taken already, so that nothing else may come before the rest of it.</summary>
    bool IsMidFrame { get; }

    /// <summary>Copies as many waiting bytes as fit, across frames, beginning with the rest of the first one. Takes nothing: see <see cref="Advance"/>.</summary>
    /// <returns>The number of bytes copied; 0 when nothing waits.</returns>
    int CopyTo(Span<byte> destination);

    /// <summary>Shows what is left of the first frame, for one too large to be copied.</summary>
    bool TryPeek(out ReadOnlyMemory<byte> rest);

    /// <summary>Takes <paramref name="bytes"/> bytes off the front: the wire has them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer bytes wait.</exception>
    void Advance(int bytes);

    /// <summary>Shows the first frame, for a wire that takes whole frames and has to see whether one fits.</summary>
    bool TryPeekFrame([MaybeNullWhen(false)] out OutboundFrame frame);

    /// <summary>Takes the first frame as a whole.</summary>
    bool TryDequeue([MaybeNullWhen(false)] out OutboundFrame frame);

    /// <summary>The wire can take again, or has something of its own to send: asks for a drain, also when nothing waits.</summary>
    void Resume();
}
