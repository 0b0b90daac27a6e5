using System.Buffers;
using System.Buffers.Text;

namespace Fanfare.SocketIO.Protocol;

/// <summary>Writes packets in the form that polling carries them.</summary>
/// <remarks>Engine.IO v4, "HTTP long-polling". Safe to use from any thread.</remarks>
public static class EnginePayloadWriter
{
    /// <summary>The byte between two packets of a body.</summary>
    public const byte Separator = 0x1E;

    /// <summary>Writes a whole body: <paramref name="packets"/> with separators between them.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<EnginePacket> packets)
    {
        ArgumentNullException.ThrowIfNull(output);
        for (var i = 0; i < packets.Length; i++)
        {
            if (i > 0)
            {
                output.Write([Separator]);
            }

            WritePacket(output, packets[i]);
        }
    }

    /// <summary>Writes one packet: its type digit and data, or <c>b</c> and base64 for binary.</summary>
    public static void WritePacket(IBufferWriter<byte> output, in EnginePacket packet)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (packet.IsBinary)
        {
            WriteBinary(output, packet.Data.Span);
            return;
        }

        output.Write([(byte)('0' + (byte)packet.Type)]);
        output.Write(packet.Data.Span);
    }

    /// <summary>Writes a binary message: <c>b</c> and base64 with padding.</summary>
    public static void WriteBinary(IBufferWriter<byte> output, ReadOnlySpan<byte> data)
    {
        ArgumentNullException.ThrowIfNull(output);
        var span = output.GetSpan(1 + Base64.GetMaxEncodedToUtf8Length(data.Length));
        span[0] = (byte)'b';
        Base64.EncodeToUtf8(data, span[1..], out _, out var written);
        output.Advance(1 + written);
    }
}
