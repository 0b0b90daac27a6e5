using System.Buffers;
using System.Text.Unicode;
using Fanfare.Json;

namespace Fanfare.SocketIO.Protocol;

/// <summary>Decodes the packets of one connection in the default, JSON form. Not safe for use by two threads at once.</summary>
/// <remarks>
/// Socket.IO v5, "Packet encoding". Takes what socket.io-parser 4.2 takes, and refuses besides: text that is not UTF-8, duplicate keys,
/// nesting beyond the limit, an event without a payload, and placeholders that do not name each attachment exactly once.
/// Of an event whose arguments hold half a surrogate pair the name and the id are told, and nothing else.
/// </remarks>
public sealed class PacketDecoder : IPacketDecoder
{
    private const int UnescapedOnStack = 256;

    private readonly PacketDecoderOptions _options;
    private PendingPacket? _pending;

    /// <summary>Makes the decoder for a connection.</summary>
    /// <param name="options">Its limits; shared with other connections.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of range.</exception>
    public PacketDecoder(PacketDecoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxAttachments);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxJsonDepth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxJsonDepth, JsonScanner.MaxDepthLimit);
        _options = options;
    }

    /// <inheritdoc/>
    public ProtocolError Error { get; private set; }

    /// <inheritdoc/>
    public bool HasPending => _pending is not null;

    /// <inheritdoc/>
    public long PendingBytes => _pending?.Bytes ?? 0;

    /// <inheritdoc/>
    public DecodeStatus Decode(ReadOnlySpan<byte> text, out Packet packet)
    {
        packet = default;
        if (_pending is not null)
        {
            return Refuse(ProtocolError.UnexpectedText);
        }

        if (!Utf8.IsValid(text))
        {
            return Refuse(ProtocolError.InvalidUtf8);
        }

        var error = PacketHeader.Read(text, _options.MaxAttachments, out var header);
        if (error != ProtocolError.None)
        {
            return Refuse(error);
        }

        var json = text[header.Length..];
        error = header.Type switch
        {
            PacketType.Connect => ReadValue(header, json, allowsNothing: true, allowsText: false, out packet),
            PacketType.Disconnect => ReadNothing(header, json, out packet),
            PacketType.ConnectError when !_options.IsClient => ProtocolError.IllegalConnectError,
            PacketType.ConnectError => ReadValue(header, json, allowsNothing: false, allowsText: true, out packet),
            PacketType.Ack when json.IsEmpty => ReadNothing(header, json, out packet),
            _ => ReadArray(header, json, out packet),
        };
        if (error != ProtocolError.None)
        {
            packet = default;
            return Refuse(error);
        }

        if (_pending is null)
        {
            return DecodeStatus.Complete;
        }

        packet = default;
        return DecodeStatus.NeedsAttachments;
    }

    /// <inheritdoc/>
    public DecodeStatus DecodeBinary(ReadOnlySpan<byte> data, out Packet packet)
    {
        packet = default;
        if (_pending is null)
        {
            return Refuse(ProtocolError.UnexpectedBinary);
        }

        if (!_pending.Add(data))
        {
            return DecodeStatus.NeedsAttachments;
        }

        packet = _pending.Complete();
        _pending = null;
        return DecodeStatus.Complete;
    }

    /// <inheritdoc/>
    public void Reset() => _pending = null;

    private ProtocolError ReadNothing(in PacketHeader header, ReadOnlySpan<byte> json, out Packet packet)
    {
        packet = Make(header, header.Type);
        return json.IsEmpty ? ProtocolError.None : ProtocolError.IllegalPayload;
    }

    private ProtocolError ReadValue(in PacketHeader header, ReadOnlySpan<byte> json, bool allowsNothing, bool allowsText, out Packet packet)
    {
        packet = Make(header, header.Type);
        if (json.IsEmpty)
        {
            return allowsNothing ? ProtocolError.None : ProtocolError.IllegalPayload;
        }

        var error = PacketBody.ReadValue(json, _options.MaxJsonDepth, allowsText, out var body);
        if (error == ProtocolError.None)
        {
            packet = packet with { Payload = json[body.Content].ToArray() };
        }

        return error;
    }

    private ProtocolError ReadArray(in PacketHeader header, ReadOnlySpan<byte> json, out Packet packet)
    {
        packet = default;
        if (json.IsEmpty)
        {
            return ProtocolError.IllegalPayload;
        }

        var hasName = header.Type is PacketType.Event or PacketType.BinaryEvent;
        var isBinary = header.Attachments > 0;
        var placeholders = isBinary ? new PlaceholderTracker(header.Attachments) : default;
        var error = PacketBody.ReadArray(json, _options.MaxJsonDepth, hasName, isBinary, ref placeholders, out var body);
        if (error != ProtocolError.None)
        {
            return error;
        }

        string? name = null;
        if (hasName && !TryReadName(json[body.Name], body, out name))
        {
            return ProtocolError.ReservedEvent;
        }

        packet = Make(header, hasName ? PacketType.Event : PacketType.Ack) with { Event = name };
        if (body.IsIllFormed)
        {
            packet = packet with { IsIllFormed = true };
            return ProtocolError.None;
        }

        var content = json[body.Content];
        if (!isBinary)
        {
            packet = packet with { Payload = content.ToArray() };
            return ProtocolError.None;
        }

        if (placeholders.Found != header.Attachments)
        {
            return ProtocolError.IllegalPlaceholder;
        }

        var places = new int[header.Attachments];
        packet = packet with { Payload = placeholders.Replace(content, body.Content.Start.Value, places), Places = places };
        _pending = new PendingPacket(packet, placeholders.Numbers);
        return ProtocolError.None;
    }

    private bool TryReadName(ReadOnlySpan<byte> text, in PacketBody body, out string? name)
    {
        name = body.IsNameEscaped ? Unescape(text) : _options.Names.Get(text);
        return !body.IsNameText || !ReservedNames.Contains(name);
    }

    private string Unescape(ReadOnlySpan<byte> text)
    {
        var pooled = text.Length > UnescapedOnStack ? ArrayPool<byte>.Shared.Rent(text.Length) : null;
        Span<byte> unescaped = pooled ?? stackalloc byte[UnescapedOnStack];
        var name = _options.Names.Get(unescaped[..JsonText.Unescape(text, unescaped)]);
        if (pooled is not null)
        {
            ArrayPool<byte>.Shared.Return(pooled);
        }

        return name;
    }

    private Packet Make(in PacketHeader header, PacketType type) => new()
    {
        Type = type,
        Namespace = header.Namespace.Length <= 1 ? "/" : _options.Names.Get(header.Namespace),
        Id = header.Id,
    };

    private DecodeStatus Refuse(ProtocolError error)
    {
        _pending = null;
        Error = error;
        return DecodeStatus.Error;
    }
}
