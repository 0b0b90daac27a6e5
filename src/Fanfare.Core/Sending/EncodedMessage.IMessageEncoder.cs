namespace Fanfare;

/// <summary>Turns messages into the bytes of one wire format. One instance per format and namespace; safe to use from any thread.</summary>
public interface IMessageEncoder
{
    /// <summary>Encodes what all receivers on this wire format get. Called by <see cref="EncodedMessage.In"/>, which keeps the result.</summary>
    OutboundFrame Encode(EncodedMessage message);
}
