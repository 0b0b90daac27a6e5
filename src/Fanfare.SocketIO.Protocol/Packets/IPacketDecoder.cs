namespace Fanfare.SocketIO.Protocol;

/// <summary>Turns the messages of one connection into packets. Not safe for use by two threads at once.</summary>
/// <remarks>It copies what it keeps: the buffers handed in may be used again.</remarks>
public interface IPacketDecoder
{
    /// <summary>Why the last message was refused.</summary>
    ProtocolError Error { get; }

    /// <summary>Whether a packet waits for its attachments.</summary>
    bool HasPending { get; }

    /// <summary>Bytes held for the packet that waits.</summary>
    long PendingBytes { get; }

    /// <summary>Takes a text message.</summary>
    /// <param name="text">The text behind the type digit of Engine.IO.</param>
    /// <param name="packet">The packet, when complete.</param>
    DecodeStatus Decode(ReadOnlySpan<byte> text, out Packet packet);

    /// <summary>Takes a binary message.</summary>
    /// <param name="data">Its bytes.</param>
    /// <param name="packet">The packet, when complete.</param>
    DecodeStatus DecodeBinary(ReadOnlySpan<byte> data, out Packet packet);

    /// <summary>Lets go of the packet that waits, if any.</summary>
    void Reset();
}
