using System.Numerics;
using System.Runtime.InteropServices;

namespace Fanfare.AspNetCore;

/// <summary>The masking of client frames (RFC 6455, section 5.3).</summary>
internal static class FrameMask
{
    /// <summary>Unmasks (or masks) in place.</summary>
    /// <param name="data">A part of a frame's payload.</param>
    /// <param name="key">The frame's key, its four bytes as they stand in memory.</param>
    /// <param name="position">Where in the payload the part begins.</param>
    public static void Apply(Span<byte> data, uint key, long position)
    {
        var turn = (int)(position & 3) * 8;
        key = BitConverter.IsLittleEndian ? BitOperations.RotateRight(key, turn) : BitOperations.RotateLeft(key, turn);
        if (key == 0)
        {
            return;
        }

        if (Vector.IsHardwareAccelerated && data.Length >= Vector<byte>.Count)
        {
            var mask = Vector.AsVectorByte(new Vector<uint>(key));
            var vectors = MemoryMarshal.Cast<byte, Vector<byte>>(data);
            for (var i = 0; i < vectors.Length; i++)
            {
                vectors[i] ^= mask;
            }

            data = data[(vectors.Length * Vector<byte>.Count)..];
        }

        var words = MemoryMarshal.Cast<byte, uint>(data);
        for (var i = 0; i < words.Length; i++)
        {
            words[i] ^= key;
        }

        data = data[(words.Length * sizeof(uint))..];
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in key));
        for (var i = 0; i < data.Length; i++)
        {
            data[i] ^= bytes[i];
        }
    }
}
