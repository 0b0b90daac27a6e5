using System.Buffers.Binary;

namespace Fanfare.Benchmarks.Load.Net;

/// <summary>Reads frame headers of a server (RFC 6455, section 5.2): unmasked, no extension.</summary>
internal static class FrameReader
{
    /// <summary>Reads the frame at the start of <paramref name="bytes"/>; false while it is not there as a whole.</summary>
    /// <exception cref="InvalidDataException">The header breaks the protocol.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Frame frame)
    {
        frame = default;
        if (bytes.Length < 2)
        {
            return false;
        }
        if ((bytes[0] & 0x70) != 0 || (bytes[1] & 0x80) != 0)
        {
            throw new InvalidDataException("The server sent a frame with reserved bits or a mask.");
        }
        int offset = 2;
        long length = bytes[1];
        if (length == 126)
        {
            offset = 4;
            if (bytes.Length < offset)
            {
                return false;
            }
            length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        }
        else if (length == 127)
        {
            offset = 10;
            if (bytes.Length < offset)
            {
                return false;
            }
            length = BinaryPrimitives.ReadInt64BigEndian(bytes[2..]);
        }
        if (length is < 0 or > 64 * 1024 * 1024)
        {
            throw new InvalidDataException($"The server announced a frame of {length} bytes.");
        }
        if (bytes.Length - offset < length)
        {
            return false;
        }
        frame = new Frame(bytes[0] & 0x0F, (bytes[0] & 0x80) != 0, offset, (int)length);
        return true;
    }
}
