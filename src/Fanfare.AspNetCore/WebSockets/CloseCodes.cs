using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Fanfare.AspNetCore;

/// <summary>The payload of close frames (RFC 6455, sections 5.5.1 and 7.4).</summary>
internal static class CloseCodes
{
    /// <summary>Whether an endpoint may put <paramref name="code"/> into a close frame.</summary>
    public static bool MayBeSent(int code) => code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);

    /// <summary>Reads a payload; <see langword="null"/> when it is valid.</summary>
    public static FrameError? Read(ReadOnlySpan<byte> payload, out int? code, out string reason)
    {
        code = null;
        reason = "";
        if (payload.IsEmpty)
        {
            return null;
        }

        if (payload.Length < 2 || !MayBeSent(BinaryPrimitives.ReadUInt16BigEndian(payload)))
        {
            return FrameError.BadClosePayload;
        }

        if (!Utf8.IsValid(payload[2..]))
        {
            return FrameError.InvalidUtf8;
        }

        code = BinaryPrimitives.ReadUInt16BigEndian(payload);
        reason = Encoding.UTF8.GetString(payload[2..]);
        return null;
    }
}
