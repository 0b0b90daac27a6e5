using System.Text.Unicode;

namespace Fanfare.SocketIO.Protocol;

/// <summary>Reads the packets of one polling body, in one pass over it.</summary>
/// <remarks>
/// Engine.IO v4, "HTTP long-polling". Like Node's parser it gives out what stands before a broken packet. Never throws because of the
/// body's content. Base64 is decoded in place, so the body must belong to the caller and live as long as the packets do.
/// </remarks>
public struct EnginePayloadReader
{
    private Memory<byte> _rest;
    private bool _hasEnded;

    /// <summary>Reads from <paramref name="body"/>, whose binary parts it overwrites with what they stand for.</summary>
    public EnginePayloadReader(Memory<byte> body)
    {
        _rest = body;
        if (!Utf8.IsValid(body.Span))
        {
            Fail(ProtocolError.InvalidUtf8);
        }
    }

    /// <summary>Why reading ended before the end of the body; <see cref="ProtocolError.None"/> when it did not.</summary>
    public ProtocolError Error { get; private set; }

    /// <summary>Reads the next packet; false behind the last one and at one that cannot be read, and then <see cref="Error"/> tells why.</summary>
    /// <param name="packet">The packet; its data is a slice of the body.</param>
    public bool TryRead(out EnginePacket packet)
    {
        packet = default;
        if (_hasEnded)
        {
            return false;
        }

        var end = _rest.Span.IndexOf(EnginePayloadWriter.Separator);
        var part = end < 0 ? _rest : _rest[..end];
        _hasEnded = end < 0;
        _rest = end < 0 ? default : _rest[(end + 1)..];
        return part.Length > 0 && part.Span[0] == 'b'
            ? TryReadBinary(part[1..], out packet)
            : TryReadText(part, out packet);
    }

    private bool TryReadText(ReadOnlyMemory<byte> part, out EnginePacket packet)
    {
        if (EnginePacketReader.TryRead(part.Span, out var type, out _))
        {
            packet = new EnginePacket(type, part[1..]);
            return true;
        }

        packet = default;
        return Fail(part.IsEmpty ? ProtocolError.EmptyPacket : ProtocolError.UnknownEnginePacketType);
    }

    private bool TryReadBinary(Memory<byte> text, out EnginePacket packet)
    {
        if (StrictBase64.TryDecodeInPlace(text.Span, out var length))
        {
            packet = new EnginePacket(EnginePacketType.Message, text[..length], isBinary: true);
            return true;
        }

        packet = default;
        return Fail(ProtocolError.InvalidBase64);
    }

    private bool Fail(ProtocolError error)
    {
        Error = error;
        _rest = default;
        _hasEnded = true;
        return false;
    }
}
