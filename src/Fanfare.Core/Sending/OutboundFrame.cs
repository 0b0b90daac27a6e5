namespace Fanfare;

/// <summary>One message in one wire format: the complete bytes as they go out, immutable and shared by all recipients.</summary>
/// <remarks>For a WebSocket these are complete server frames; a binary event is several of them in one <see cref="OutboundFrame"/>, so nothing can slip between its parts.</remarks>
public class OutboundFrame
{
    /// <summary>Makes a frame.</summary>
    /// <param name="bytes">Its bytes; they must never change afterwards.</param>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is empty.</exception>
    public OutboundFrame(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            throw new ArgumentException("A frame has at least one byte.", nameof(bytes));
        }

        Bytes = bytes;
    }

    /// <summary>The bytes as they go out.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }
}
