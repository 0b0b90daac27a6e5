using System.Buffers.Binary;

namespace Fanfare.Benchmarks.Load.Net;

/// <summary>
/// A masked frame. The mask is fixed and not zero: servers have a shortcut for zero that no real client lets them take.
/// </summary>
internal sealed class ClientFrame(ReadOnlySpan<byte> payload, int opcode = Frame.Text)
    : MessageBytes(Build(payload, opcode), OffsetFor(payload.Length), Mask)
{
    private static readonly byte[] Mask = [0x5A, 0xC3, 0x96, 0x3C];

    private static int OffsetFor(int length) => length switch { < 126 => 6, <= ushort.MaxValue => 8, _ => 14 };

    private static byte[] Build(ReadOnlySpan<byte> payload, int opcode)
    {
        int offset = OffsetFor(payload.Length);
        var bytes = new byte[offset + payload.Length];
        bytes[0] = (byte)(0x80 | opcode);
        if (offset == 6)
        {
            bytes[1] = (byte)(0x80 | payload.Length);
        }
        else if (offset == 8)
        {
            bytes[1] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)payload.Length);
        }
        else
        {
            bytes[1] = 0x80 | 127;
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(2), payload.Length);
        }
        Mask.CopyTo(bytes, offset - 4);
        for (int i = 0; i < payload.Length; i++)
        {
            bytes[offset + i] = (byte)(payload[i] ^ Mask[i & 3]);
        }
        return bytes;
    }
}
