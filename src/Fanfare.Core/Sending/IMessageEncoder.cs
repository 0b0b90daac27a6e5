namespace Fanfare;

/// <summary>Turns a message into the bytes of one wire format. One instance per format and namespace; safe to use from any thread.</summary>
public interface IMessageEncoder
{
    /// <summary>Encodes what all receivers on this wire format get.</summary>
    OutboundFrame Encode(EncodedMessage message);
}
