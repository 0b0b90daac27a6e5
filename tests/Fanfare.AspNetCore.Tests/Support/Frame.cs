using System.Buffers.Binary;
using System.Text;

namespace Fanfare.AspNetCore.Tests;

/// <summary>One frame on the wire, as a test sends or receives it.</summary>
internal sealed record Frame(byte First, byte[] Payload)
{
    public int Opcode => First & 0xF;

    public bool IsFinal => (First & 0x80) != 0;

    public string Text => Encoding.UTF8.GetString(Payload);

    public int? CloseCode => Payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(Payload) : null;

    public static byte[] TextMessage(string text) => Masked(0x81, Encoding.UTF8.GetBytes(text));

    public static byte[] BinaryMessage(byte[] data) => Masked(0x82, data);

    public static byte[] Ping(string payload = "") => Masked(0x89, Encoding.UTF8.GetBytes(payload));

    public static byte[] Pong(byte[] payload) => Masked(0x8A, payload);

    public static byte[] Close(int? code = null, string reason = "")
    {
        if (code is not { } value)
        {
            return Masked(0x88, []);
        }

        var payload = new byte[2 + Encoding.UTF8.GetByteCount(reason)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)value);
        Encoding.UTF8.GetBytes(reason, payload.AsSpan(2));
        return Masked(0x88, payload);
    }

    /// <summary>A client frame with a random key.</summary>
    public static byte[] Masked(byte first, byte[] payload)
    {
        var key = new byte[4];
        Random.Shared.NextBytes(key);
        return [.. Header(first, payload.Length), .. key, .. payload.Select((b, i) => (byte)(b ^ key[i & 3]))];
    }

    /// <summary>The beginning of a client frame up to its length.</summary>
    public static byte[] Header(byte first, long length)
    {
        if (length <= 125)
        {
            return [first, (byte)(0x80 | length)];
        }

        if (length <= ushort.MaxValue)
        {
            return [first, 0x80 | 126, (byte)(length >> 8), (byte)length];
        }

        var header = new byte[10];
        header[0] = first;
        header[1] = 0x80 | 127;
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(2), length);
        return header;
    }
}
