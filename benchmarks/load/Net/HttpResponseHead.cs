using System.Buffers.Text;

namespace Fanfare.Benchmarks.Load.Net;

/// <summary>What the generator must know of a response's status line and header fields.</summary>
/// <param name="Status">The status code.</param>
/// <param name="IsChunked">The body comes in chunks.</param>
/// <param name="ContentLength">Bytes of the body as announced; null when there is no such field.</param>
/// <param name="Length">Bytes of the head, the empty line included.</param>
internal readonly record struct HttpResponseHead(int Status, bool IsChunked, int? ContentLength, int Length)
{
    /// <summary>Reads the head at the start of <paramref name="bytes"/>; false while it is not there as a whole.</summary>
    /// <exception cref="InvalidDataException">It is not HTTP/1.1.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out HttpResponseHead head)
    {
        head = default;
        int end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }
        ReadOnlySpan<byte> version = "HTTP/1.1 "u8;
        if (!bytes.StartsWith(version) || !Utf8Parser.TryParse(bytes[version.Length..], out int status, out _))
        {
            throw new InvalidDataException("The server's answer is not HTTP/1.1.");
        }
        bool isChunked = false;
        int? contentLength = null;
        ReadOnlySpan<byte> rest = bytes[..(end + 2)];
        while (!rest.IsEmpty)
        {
            int lineEnd = rest.IndexOf("\r\n"u8);
            ReadOnlySpan<byte> line = rest[..lineEnd];
            if (ValueOf("content-length:"u8, line) is { IsEmpty: false } length && Utf8Parser.TryParse(length, out int bytesOfBody, out _))
            {
                contentLength = bytesOfBody;
            }
            isChunked |= System.Text.Ascii.EqualsIgnoreCase(ValueOf("transfer-encoding:"u8, line), "chunked"u8);
            rest = rest[(lineEnd + 2)..];
        }
        head = new HttpResponseHead(status, isChunked, contentLength, end + 4);
        return true;
    }

    private static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> line) =>
        line.Length > name.Length && System.Text.Ascii.EqualsIgnoreCase(line[..name.Length], name) ? line[name.Length..].Trim((byte)' ') : default;
}
