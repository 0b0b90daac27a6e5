namespace Fanfare;

/// <summary>Turns messages into the bytes of one wire format. One instance per format and namespace; safe to use from any thread.</summary>
public interface IMessageEncoder
{
    /// <summary>Encodes what all receivers on this wire format get.</summary>
    /// <param name="message">What is said.</param>
    /// <param name="cursor">The position that receivers learn, or <see langword="null"/> without a log.</param>
    /// <param name="isKept">Whether the log keeps the message, so that the cursor is its own and not the head of the log.</param>
    /// <param name="ackId">The number under which receivers answer, or <see langword="null"/>.</param>
    /// <param name="isCompressible">Whether it is worth compressing.</param>
    OutboundFrame Encode(Message message, EventId? cursor, bool isKept, long? ackId, bool isCompressible);
}
