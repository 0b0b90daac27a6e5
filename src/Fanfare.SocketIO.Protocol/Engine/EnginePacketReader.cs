namespace Fanfare.SocketIO.Protocol;

/// <summary>Reads the Engine.IO packet that one text message of a WebSocket is.</summary>
/// <remarks>Engine.IO v4, "Packet encoding"; a binary message has no type byte and needs no reading. Safe to use from any thread.</remarks>
public static class EnginePacketReader
{
    /// <summary>Splits <paramref name="message"/> into type and data; false when it is empty or of an unknown type.</summary>
    /// <param name="message">The text of the message. Whether it is UTF-8 is for the WebSocket to check.</param>
    /// <param name="type">The type.</param>
    /// <param name="data">What follows the type, a slice of <paramref name="message"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> message, out EnginePacketType type, out ReadOnlySpan<byte> data)
    {
        if (message.IsEmpty || message[0] is < (byte)'0' or > (byte)'6')
        {
            type = default;
            data = default;
            return false;
        }

        type = (EnginePacketType)(message[0] - '0');
        data = message[1..];
        return true;
    }
}
