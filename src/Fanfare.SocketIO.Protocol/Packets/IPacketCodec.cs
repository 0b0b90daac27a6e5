using System.Buffers;

namespace Fanfare.SocketIO.Protocol;

/// <summary>One way to write packets as messages: the JSON of the default parser, or MessagePack. Safe to use from any thread.</summary>
public interface IPacketCodec
{
    /// <summary>
    /// Whether a packet is one binary message that holds everything. If not, it is one text message, and its attachments follow as
    /// binary messages with nothing between them.
    /// </summary>
    bool IsBinary { get; }

    /// <summary>Makes the decoder for one connection.</summary>
    IPacketDecoder CreateDecoder();

    /// <summary>Writes the first, or only, message of <paramref name="packet"/>; a text message with the type digit of Engine.IO in front.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="offset">Of an event, a text to append to its arguments: the position for connection state recovery.</param>
    /// <exception cref="ArgumentException">The packet lacks what its type needs: an event its name, an ack its id.</exception>
    void Encode(IBufferWriter<byte> output, in Packet packet, string? offset = null);
}
