namespace Fanfare.SocketIO.Protocol;

/// <summary>One Engine.IO packet.</summary>
/// <param name="type">The type; of binary, <see cref="EnginePacketType.Message"/>.</param>
/// <param name="data">What follows the type: UTF-8 text, or the bytes of a binary message.</param>
/// <param name="isBinary">Whether it is a binary message.</param>
public readonly struct EnginePacket(EnginePacketType type, ReadOnlyMemory<byte> data = default, bool isBinary = false)
{
    /// <summary>The type; of binary always <see cref="EnginePacketType.Message"/>.</summary>
    public EnginePacketType Type { get; } = type;

    /// <summary>What follows the type: UTF-8 text, or the bytes of a binary message.</summary>
    public ReadOnlyMemory<byte> Data { get; } = data;

    /// <summary>Whether it is a binary message.</summary>
    public bool IsBinary { get; } = isBinary;
}
