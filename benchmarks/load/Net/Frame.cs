namespace Fanfare.Benchmarks.Load.Net;

/// <summary>Where one WebSocket frame of a server lies in the bytes it was read from.</summary>
internal readonly record struct Frame(int Opcode, bool IsFinal, int PayloadOffset, int PayloadLength)
{
    public const int Continuation = 0x0;
    public const int Text = 0x1;
    public const int Binary = 0x2;
    public const int Close = 0x8;
    public const int Ping = 0x9;
    public const int Pong = 0xA;

    /// <summary>Header and payload.</summary>
    public int Length => PayloadOffset + PayloadLength;
}
