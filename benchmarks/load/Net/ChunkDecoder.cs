using System.Buffers.Text;

namespace Fanfare.Benchmarks.Load.Net;

/// <summary>Takes the framing off a body that comes in chunks (RFC 9112, section 7.1), without copying it.</summary>
internal struct ChunkDecoder
{
    private int _left;
    private bool _isAtEnd;

    /// <summary>
    /// Reads up to the end of one chunk from the start of <paramref name="bytes"/>. False when nothing more can be read before more
    /// bytes have come; <paramref name="used"/> bytes are done with in either case.
    /// </summary>
    /// <exception cref="InvalidDataException">The framing is broken, or the body has ended.</exception>
    public bool TryRead(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> data, out int used)
    {
        data = default;
        used = 0;
        if (_isAtEnd)
        {
            if (bytes.Length < 2)
            {
                return false;
            }
            if (!bytes.StartsWith("\r\n"u8))
            {
                throw new InvalidDataException("A chunk is longer than the server announced.");
            }
            used = 2;
            _isAtEnd = false;
        }
        if (_left == 0)
        {
            int end = bytes[used..].IndexOf((byte)'\n');
            if (end < 0)
            {
                return bytes.Length - used < 64 ? false : throw new InvalidDataException("The server sent no length of a chunk.");
            }
            if (!Utf8Parser.TryParse(bytes[used..], out _left, out _, 'x') || _left <= 0)
            {
                throw new InvalidDataException("The server ended the stream, or sent no length of a chunk.");
            }
            used += end + 1;
        }
        int length = Math.Min(_left, bytes.Length - used);
        data = bytes.Slice(used, length);
        used += length;
        _left -= length;
        _isAtEnd = _left == 0;
        return length > 0;
    }
}
