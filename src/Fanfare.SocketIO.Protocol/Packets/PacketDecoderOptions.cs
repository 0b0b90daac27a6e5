using Fanfare.Json;

namespace Fanfare.SocketIO.Protocol;

/// <summary>The limits of decoders. One instance serves all connections of a server; set it up before the first decoder is made.</summary>
public sealed class PacketDecoderOptions
{
    /// <summary>Attachments that one packet may have; by default 10, as Node's parser has it.</summary>
    public int MaxAttachments { get; set; } = 10;

    /// <summary>How deep a payload may nest, the array of an event counted; 1 to 64, by default 32.</summary>
    public int MaxJsonDepth { get; set; } = JsonGuard.DefaultMaxDepth;

    /// <summary>Whether the decoder reads what a server sends, and so takes CONNECT_ERROR; by default it reads what clients send.</summary>
    public bool IsClient { get; set; }

    /// <summary>Names of events and namespaces, which come again and again.</summary>
    internal NameCache Names { get; } = new();
}
