using System.Buffers.Binary;
using System.Globalization;

namespace Fanfare.Benchmarks.Load.Net;

/// <summary>
/// A masked text frame, built once. Numbers in it that change from message to message have a fixed width and are overwritten in
/// place. The mask is fixed and not zero: servers have a shortcut for zero that no real client lets them take.
/// </summary>
internal sealed class ClientFrame
{
    private static readonly byte[] Mask = [0x5A, 0xC3, 0x96, 0x3C];

    private readonly byte[] _bytes;
    private readonly int _payloadOffset;

    public ClientFrame(ReadOnlySpan<byte> payload, int opcode = Frame.Text)
    {
        _payloadOffset = payload.Length switch { < 126 => 6, <= ushort.MaxValue => 8, _ => 14 };
        _bytes = new byte[_payloadOffset + payload.Length];
        _bytes[0] = (byte)(0x80 | opcode);
        if (_payloadOffset == 6)
        {
            _bytes[1] = (byte)(0x80 | payload.Length);
        }
        else if (_payloadOffset == 8)
        {
            _bytes[1] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(2), (ushort)payload.Length);
        }
        else
        {
            _bytes[1] = 0x80 | 127;
            BinaryPrimitives.WriteInt64BigEndian(_bytes.AsSpan(2), payload.Length);
        }
        Mask.CopyTo(_bytes, _payloadOffset - 4);
        for (int i = 0; i < payload.Length; i++)
        {
            _bytes[_payloadOffset + i] = (byte)(payload[i] ^ Mask[i & 3]);
        }
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Overwrites <paramref name="digits"/> digits of the payload from <paramref name="offset"/> on.</summary>
    public void SetNumber(int offset, int digits, long value)
    {
        for (int i = offset + digits - 1; i >= offset; i--)
        {
            _bytes[_payloadOffset + i] = (byte)(('0' + (value % 10)) ^ Mask[i & 3]);
            value /= 10;
        }
        if (value != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, string.Create(CultureInfo.InvariantCulture, $"More than {digits} digits."));
        }
    }
}
