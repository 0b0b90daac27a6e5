namespace Fanfare.SocketIO.Protocol;

/// <summary>What stands before the JSON of a packet.</summary>
/// <remarks>Socket.IO v5, "Packet encoding": <c>&lt;type&gt;[&lt;attachments&gt;-][&lt;namespace&gt;,][&lt;ack id&gt;]</c>.</remarks>
internal ref struct PacketHeader
{
    private const long HighestId = 1L << 53;

    public PacketType Type { get; private set; }

    public int Attachments { get; private set; }

    /// <summary>The namespace as written; empty when left out.</summary>
    public ReadOnlySpan<byte> Namespace { get; private set; }

    public long? Id { get; private set; }

    /// <summary>Where the JSON begins.</summary>
    public int Length { get; private set; }

    public static ProtocolError Read(ReadOnlySpan<byte> text, int maxAttachments, out PacketHeader header)
    {
        header = default;
        if (text.IsEmpty || text[0] is < (byte)'0' or > (byte)'6')
        {
            return ProtocolError.UnknownPacketType;
        }

        header.Type = (PacketType)(text[0] - '0');
        header.Length = 1;
        if (header.Type is PacketType.BinaryEvent or PacketType.BinaryAck)
        {
            var error = header.ReadAttachments(text, maxAttachments);
            if (error != ProtocolError.None)
            {
                return error;
            }
        }

        header.ReadNamespace(text);
        return header.ReadId(text);
    }

    private ProtocolError ReadAttachments(ReadOnlySpan<byte> text, int maxAttachments)
    {
        var start = Length;
        var count = 0L;
        while (Length < text.Length && char.IsAsciiDigit((char)text[Length]))
        {
            count = Math.Min((count * 10) + text[Length] - '0', int.MaxValue);
            Length++;
        }

        if (Length == start || Length == text.Length || text[Length] != '-' || count == 0)
        {
            return ProtocolError.IllegalAttachmentCount;
        }

        if (count > maxAttachments)
        {
            return ProtocolError.TooManyAttachments;
        }

        Length++;
        Attachments = (int)count;
        return ProtocolError.None;
    }

    private void ReadNamespace(ReadOnlySpan<byte> text)
    {
        var rest = text[Length..];
        if (rest.IsEmpty || rest[0] != '/')
        {
            return;
        }

        var comma = rest.IndexOf((byte)',');
        Namespace = comma < 0 ? rest : rest[..comma];
        Length += comma < 0 ? rest.Length : comma + 1;
    }

    private ProtocolError ReadId(ReadOnlySpan<byte> text)
    {
        var start = Length;
        var id = 0L;
        while (Length < text.Length && char.IsAsciiDigit((char)text[Length]))
        {
            id = (id * 10) + text[Length] - '0';
            if (id > HighestId)
            {
                return ProtocolError.IllegalAckId;
            }

            Length++;
        }

        Id = Length > start ? id : null;

        // JSON may begin with whitespace, but Node's parser takes that for digits and would see another packet than we do.
        return Length < text.Length && text[Length] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r'
            ? ProtocolError.IllegalAckId
            : ProtocolError.None;
    }
}
