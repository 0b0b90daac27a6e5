using System.Buffers;
using System.Globalization;
using System.Text;
using Fanfare.Json;

namespace Fanfare.SocketIO.Protocol;

/// <summary>Writes packets in the default, JSON form, each with the type digit of its Engine.IO message in front.</summary>
/// <remarks>
/// Socket.IO v5, "Packet encoding". A packet with places is a BINARY_EVENT or BINARY_ACK, whose attachments are to follow as binary
/// messages in the order of the places. Safe to use from any thread.
/// </remarks>
public static class PacketEncoder
{
    private const int LongestNumber = 20;

    private static ReadOnlySpan<byte> BinaryMark => "null"u8;

    /// <summary>Writes an event, for instance <c>42/a,7["echo",1]</c>.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="namespace">The namespace; <c>/</c> is left out.</param>
    /// <param name="id">The ack id, when an answer is wanted.</param>
    /// <param name="eventName">The name, not checked against the reserved ones.</param>
    /// <param name="payload">The arguments: the content of a JSON array, well-formed; may be empty.</param>
    /// <param name="places">Offsets in <paramref name="payload"/> of the <c>null</c>s that stand for binary, rising.</param>
    /// <param name="offset">A last argument to append: the position for connection state recovery.</param>
    /// <exception cref="ArgumentOutOfRangeException">A place lies outside of the payload or not behind the one before.</exception>
    public static void WriteEvent(
        IBufferWriter<byte> output, string @namespace, long? id, string eventName, ReadOnlySpan<byte> payload, ReadOnlySpan<int> places = default, string? offset = null)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        WriteHeader(output, places.IsEmpty ? PacketType.Event : PacketType.BinaryEvent, places.Length, @namespace, id);
        output.Write("["u8);
        WireJson.WriteString(output, eventName);
        if (!payload.IsEmpty)
        {
            output.Write(","u8);
            WriteContent(output, payload, places);
        }

        if (offset is not null)
        {
            output.Write(","u8);
            WireJson.WriteString(output, offset);
        }

        output.Write("]"u8);
    }

    /// <summary>Writes an ack, for instance <c>43/a,7[{"k":"v"}]</c>.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="namespace">The namespace; <c>/</c> is left out.</param>
    /// <param name="id">The id of the event that is answered.</param>
    /// <param name="payload">The arguments: the content of a JSON array, well-formed; may be empty.</param>
    /// <param name="places">Offsets in <paramref name="payload"/> of the <c>null</c>s that stand for binary, rising.</param>
    /// <exception cref="ArgumentOutOfRangeException">A place lies outside of the payload or not behind the one before.</exception>
    public static void WriteAck(IBufferWriter<byte> output, string @namespace, long id, ReadOnlySpan<byte> payload, ReadOnlySpan<int> places = default)
    {
        WriteHeader(output, places.IsEmpty ? PacketType.Ack : PacketType.BinaryAck, places.Length, @namespace, id);
        output.Write("["u8);
        WriteContent(output, payload, places);
        output.Write("]"u8);
    }

    /// <summary>Writes a CONNECT, for instance <c>40/custom,{"sid":"oSO0OpakMV_3jnilAAAA"}</c>.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="namespace">The namespace; <c>/</c> is left out.</param>
    /// <param name="payload">A JSON object, or nothing.</param>
    public static void WriteConnect(IBufferWriter<byte> output, string @namespace, ReadOnlySpan<byte> payload = default)
    {
        WriteHeader(output, PacketType.Connect, attachments: 0, @namespace, id: null);
        output.Write(payload);
    }

    /// <summary>Writes a CONNECT_ERROR, for instance <c>44/random,{"message":"Invalid namespace"}</c>.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="namespace">The namespace; <c>/</c> is left out.</param>
    /// <param name="payload">A JSON object or string.</param>
    public static void WriteConnectError(IBufferWriter<byte> output, string @namespace, ReadOnlySpan<byte> payload)
    {
        WriteHeader(output, PacketType.ConnectError, attachments: 0, @namespace, id: null);
        output.Write(payload);
    }

    /// <summary>Writes a DISCONNECT, for instance <c>41/custom,</c>.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="namespace">The namespace; <c>/</c> is left out.</param>
    public static void WriteDisconnect(IBufferWriter<byte> output, string @namespace) =>
        WriteHeader(output, PacketType.Disconnect, attachments: 0, @namespace, id: null);

    private static void WriteHeader(IBufferWriter<byte> output, PacketType type, int attachments, string @namespace, long? id)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(@namespace);
        var span = output.GetSpan(4 + (2 * LongestNumber) + Encoding.UTF8.GetMaxByteCount(@namespace.Length));
        span[0] = (byte)('0' + (byte)EnginePacketType.Message);
        span[1] = (byte)('0' + (byte)type);
        var position = 2;
        if (attachments > 0)
        {
            position += Format(span[position..], attachments);
            span[position++] = (byte)'-';
        }

        if (@namespace != "/")
        {
            position += Encoding.UTF8.GetBytes(@namespace, span[position..]);
            span[position++] = (byte)',';
        }

        if (id is { } number)
        {
            position += Format(span[position..], number);
        }

        output.Advance(position);
    }

    private static int Format(Span<byte> destination, long number)
    {
        number.TryFormat(destination, out var written, provider: CultureInfo.InvariantCulture);
        return written;
    }

    private static void WriteContent(IBufferWriter<byte> output, ReadOnlySpan<byte> payload, ReadOnlySpan<int> places)
    {
        var read = 0;
        for (var i = 0; i < places.Length; i++)
        {
            output.Write(payload[read..places[i]]);
            output.Write("{\"_placeholder\":true,\"num\":"u8);
            output.Advance(Format(output.GetSpan(LongestNumber), i));
            output.Write("}"u8);
            read = places[i] + BinaryMark.Length;
        }

        output.Write(payload[read..]);
    }
}
