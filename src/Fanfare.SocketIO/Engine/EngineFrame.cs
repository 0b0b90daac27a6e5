using Fanfare.AspNetCore;

namespace Fanfare.SocketIO;

/// <summary>One message as its Engine.IO packets: complete WebSocket frames in one array, and where the packets are in it, for polling.</summary>
/// <remarks>A binary event is several packets and one frame here, so nothing can slip between its parts.</remarks>
internal sealed class EngineFrame : OutboundFrame
{
    private EngineFrame(byte[] bytes, Segment[] segments, bool isCompressible)
        : base(bytes)
    {
        Segments = segments;
        IsCompressible = isCompressible;
    }

    public static EngineFrame Ping { get; } = Text("2"u8);

    /// <summary>The packets; a binary one is the raw data of a binary message.</summary>
    public Segment[] Segments { get; }

    public bool IsCompressible { get; }

    public static EngineFrame Text(ReadOnlySpan<byte> packet, bool isCompressible = true) => Of(packet, isBinary: false, default, isCompressible);

    public static EngineFrame Binary(ReadOnlySpan<byte> data, bool isCompressible = true) => Of(data, isBinary: true, default, isCompressible);

    public static EngineFrame TextWith(ReadOnlySpan<byte> packet, ReadOnlySpan<ReadOnlyMemory<byte>> attachments, bool isCompressible = true) =>
        Of(packet, isBinary: false, attachments, isCompressible);

    private static EngineFrame Of(ReadOnlySpan<byte> first, bool isBinary, ReadOnlySpan<ReadOnlyMemory<byte>> attachments, bool isCompressible)
    {
        var length = ServerFrame.HeaderLength(first.Length) + first.Length;
        foreach (var attachment in attachments)
        {
            length += ServerFrame.HeaderLength(attachment.Length) + attachment.Length;
        }

        var bytes = new byte[length];
        var segments = new Segment[1 + attachments.Length];
        var position = 0;
        segments[0] = Write(bytes, ref position, first, isBinary);
        for (var i = 0; i < attachments.Length; i++)
        {
            segments[i + 1] = Write(bytes, ref position, attachments[i].Span, isBinary: true);
        }

        return new EngineFrame(bytes, segments, isCompressible);
    }

    private static Segment Write(byte[] bytes, ref int position, ReadOnlySpan<byte> payload, bool isBinary)
    {
        var rest = bytes.AsSpan(position);
        var header = isBinary ? ServerFrame.WriteBinaryHeader(rest, payload.Length) : ServerFrame.WriteTextHeader(rest, payload.Length);
        payload.CopyTo(rest[header..]);
        var segment = new Segment(position + header, payload.Length, isBinary);
        position += header + payload.Length;
        return segment;
    }

    /// <summary>A packet within the frame's bytes.</summary>
    internal readonly record struct Segment(int Offset, int Length, bool IsBinary);
}
