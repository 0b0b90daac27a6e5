using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Fanfare.AspNetCore;

/// <summary>Builds the frames a server sends: whole, unmasked, without extensions (RFC 6455, section 5.2). All members are safe to use from any thread.</summary>
public static class ServerFrame
{
    /// <summary>The longest header in bytes.</summary>
    public const int MaxHeaderLength = 10;

    private const int MaxControlPayload = 125;

    /// <summary>A text message as one frame.</summary>
    /// <param name="utf8">The text; it must be valid UTF-8, which is not checked.</param>
    public static byte[] Text(ReadOnlySpan<byte> utf8) => Build(FrameOpcode.Text, utf8);

    /// <summary>A binary message as one frame.</summary>
    public static byte[] Binary(ReadOnlySpan<byte> data) => Build(FrameOpcode.Binary, data);

    /// <summary>A ping.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The payload is longer than 125 bytes.</exception>
    public static byte[] Ping(ReadOnlySpan<byte> payload = default) => BuildControl(FrameOpcode.Ping, payload);

    /// <summary>A pong.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The payload is longer than 125 bytes.</exception>
    public static byte[] Pong(ReadOnlySpan<byte> payload = default) => BuildControl(FrameOpcode.Pong, payload);

    /// <summary>A close frame.</summary>
    /// <param name="code">The close code, or <see langword="null"/> for none (and then no reason).</param>
    /// <param name="reason">The reason; what goes beyond 123 bytes is cut off.</param>
    /// <exception cref="ArgumentOutOfRangeException">The code may not be sent (RFC 6455, section 7.4).</exception>
    public static byte[] Close(int? code = null, string reason = "")
    {
        ArgumentNullException.ThrowIfNull(reason);
        if (code is not { } value)
        {
            return BuildControl(FrameOpcode.Close, default);
        }

        if (!CloseCodes.MayBeSent(value))
        {
            throw new ArgumentOutOfRangeException(nameof(code), value, "This close code may not be sent.");
        }

        Span<byte> payload = stackalloc byte[MaxControlPayload];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)value);
        // The encoder never cuts a character in two.
        Encoding.UTF8.GetEncoder().Convert(reason, payload[2..], flush: true, out _, out var written, out _);
        return BuildControl(FrameOpcode.Close, payload[..(2 + written)]);
    }

    /// <summary>Appends a text message as one frame.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="utf8">The text; it must be valid UTF-8, which is not checked.</param>
    public static void WriteText(IBufferWriter<byte> output, ReadOnlySpan<byte> utf8) => Write(output, FrameOpcode.Text, utf8);

    /// <summary>Appends a binary message as one frame.</summary>
    public static void WriteBinary(IBufferWriter<byte> output, ReadOnlySpan<byte> data) => Write(output, FrameOpcode.Binary, data);

    /// <summary>The length of the header in front of <paramref name="payloadLength"/> bytes: 2, 4 or 10.</summary>
    public static int HeaderLength(int payloadLength) => payloadLength switch
    {
        <= 125 => 2,
        <= ushort.MaxValue => 4,
        _ => 10,
    };

    /// <summary>Writes the header of a text message, for a caller that puts the payload behind it.</summary>
    /// <param name="destination">At least <see cref="HeaderLength"/> bytes.</param>
    /// <param name="payloadLength">The length of the whole payload in bytes.</param>
    /// <returns>The length of the header.</returns>
    public static int WriteTextHeader(Span<byte> destination, int payloadLength) => WriteHeader(destination, FrameOpcode.Text, payloadLength);

    /// <summary>Writes the header of a binary message, for a caller that puts the payload behind it.</summary>
    /// <param name="destination">At least <see cref="HeaderLength"/> bytes.</param>
    /// <param name="payloadLength">The length of the whole payload in bytes.</param>
    /// <returns>The length of the header.</returns>
    public static int WriteBinaryHeader(Span<byte> destination, int payloadLength) => WriteHeader(destination, FrameOpcode.Binary, payloadLength);

    private static void Write(IBufferWriter<byte> output, FrameOpcode opcode, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Advance(WriteHeader(output.GetSpan(MaxHeaderLength), opcode, payload.Length));
        output.Write(payload);
    }

    private static byte[] BuildControl(FrameOpcode opcode, ReadOnlySpan<byte> payload)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, MaxControlPayload, nameof(payload));
        return Build(opcode, payload);
    }

    private static byte[] Build(FrameOpcode opcode, ReadOnlySpan<byte> payload)
    {
        var frame = GC.AllocateUninitializedArray<byte>(HeaderLength(payload.Length) + payload.Length);
        payload.CopyTo(frame.AsSpan(WriteHeader(frame, opcode, payload.Length)));
        return frame;
    }

    private static int WriteHeader(Span<byte> destination, FrameOpcode opcode, int length)
    {
        destination[0] = (byte)(0x80 | (byte)opcode);
        switch (HeaderLength(length))
        {
            case 2:
                destination[1] = (byte)length;
                return 2;
            case 4:
                destination[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)length);
                return 4;
            default:
                destination[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(destination[2..], (ulong)length);
                return 10;
        }
    }
}
