namespace Fanfare.SocketIO.Protocol;

/// <summary>What a message meant to a decoder.</summary>
public enum DecodeStatus : byte
{
    /// <summary>A packet is complete.</summary>
    Complete,

    /// <summary>The packet waits for binary messages.</summary>
    NeedsAttachments,

    /// <summary>It breaks the protocol; the connection is to be closed.</summary>
    Error,
}
