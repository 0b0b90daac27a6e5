using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Fanfare.AspNetCore;

/// <summary>Reads what a client sends (RFC 6455, section 5): bytes are fed in any split, messages and control frames come out.</summary>
/// <remarks>
/// A message that arrives whole is handed over where it lies; only an unfinished one is gathered in a pooled buffer, which grows with
/// the bytes that have come, never with those announced. After an error or a close frame nothing more is read. Not thread safe.
/// </remarks>
internal sealed class FrameDecoder(int maxMessageBytes, int maxFragments)
{
    /// <summary>The largest message in bytes, from the next frame on.</summary>
    public int MaxMessageBytes { get; set; } = maxMessageBytes;

    private const int MaxControlPayload = 125;
    private const byte Final = 0x80;
    private const byte Reserved = 0x70;
    private const byte Masked = 0x80;

    private HeaderBytes _header;
    private byte _headerLength;
    private bool _inPayload;
    private bool _isFinal;
    private bool _stopped;
    private FrameOpcode _opcode;
    private FrameOpcode _messageOpcode;
    private uint _key;
    private int _fragments;
    private int _length;
    private int _checked;
    private int _controlLength;
    private long _remaining;
    private long _position;
    private byte[]? _buffer;
    private byte[]? _control;

    /// <summary>Whether the bytes so far end within a frame or between the fragments of a message.</summary>
    public bool IsUnfinished => _inPayload || _headerLength > 0 || _messageOpcode != FrameOpcode.Continuation;

    /// <summary>Reads <paramref name="input"/>, which is unmasked in place.</summary>
    /// <returns>What is wrong with it, or <see langword="null"/>.</returns>
    public FrameError? Feed(Span<byte> input, IFrameHandler handler)
    {
        while (!_stopped)
        {
            if (!_inPayload)
            {
                if (input.IsEmpty)
                {
                    return null;
                }

                if (ReadHeader(ref input) is { } headerError)
                {
                    return Stop(headerError);
                }

                if (!_inPayload)
                {
                    return null;
                }
            }

            var part = input[..(int)Math.Min(_remaining, input.Length)];
            if (part.IsEmpty && _remaining > 0)
            {
                return null;
            }

            input = input[part.Length..];
            FrameMask.Apply(part, _key, _position);
            _position += part.Length;
            _remaining -= part.Length;
            _inPayload = _remaining > 0;
            if ((IsControl(_opcode) ? TakeControl(part, handler) : TakeData(part, handler)) is { } error)
            {
                return Stop(error);
            }
        }

        return null;
    }

    /// <summary>Ends the reading and gives buffers back; may be called within a call of the handler.</summary>
    public void Stop()
    {
        _stopped = true;
        Release(ref _buffer);
        Release(ref _control);
    }

    private static bool IsControl(FrameOpcode opcode) => ((byte)opcode & 0x8) != 0;

    private static void Release(ref byte[]? buffer)
    {
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = null;
        }
    }

    private FrameError Stop(FrameError error)
    {
        Stop();
        return error;
    }

    private FrameError? ReadHeader(ref Span<byte> input)
    {
        Span<byte> header = _header;
        var before = _headerLength;
        var copied = Math.Min(header.Length - before, input.Length);
        input[..copied].CopyTo(header[before..]);
        header = header[..(before + copied)];
        if (CheckStart(header) is { } error)
        {
            return error;
        }

        var lengthBytes = header.Length < 2 ? 0 : (header[1] & ~Masked) switch { 126 => 2, 127 => 8, _ => 0 };
        var needed = 2 + lengthBytes + sizeof(uint);
        long length = 0;
        if (header.Length >= 2 + lengthBytes && TryReadLength(header, lengthBytes, out length) is { } lengthError)
        {
            return lengthError;
        }

        if (header.Length < needed)
        {
            _headerLength = (byte)header.Length;
            input = default;
            return null;
        }

        input = input[(needed - before)..];
        _headerLength = 0;
        _opcode = (FrameOpcode)(header[0] & 0xF);
        _isFinal = (header[0] & Final) != 0;
        _key = Unsafe.ReadUnaligned<uint>(ref header[2 + lengthBytes]);
        _remaining = length;
        _position = 0;
        _inPayload = true;
        if (!IsControl(_opcode))
        {
            _fragments++;
            _messageOpcode = _opcode == FrameOpcode.Continuation ? _messageOpcode : _opcode;
        }

        return null;
    }

    /// <summary>Looks at the first two bytes, or at the first one alone while there is no second: an error is told as early as it is certain.</summary>
    private FrameError? CheckStart(ReadOnlySpan<byte> header)
    {
        var first = header[0];
        var opcode = (FrameOpcode)(first & 0xF);
        if ((first & Reserved) != 0)
        {
            return FrameError.ReservedBits;
        }

        switch (opcode)
        {
            case FrameOpcode.Continuation when _messageOpcode == FrameOpcode.Continuation:
                return FrameError.NothingToContinue;
            case FrameOpcode.Text or FrameOpcode.Binary when _messageOpcode != FrameOpcode.Continuation:
                return FrameError.MessageNotFinished;
            case FrameOpcode.Continuation or FrameOpcode.Text or FrameOpcode.Binary when _fragments == maxFragments:
                return FrameError.TooManyFragments;
            case FrameOpcode.Close or FrameOpcode.Ping or FrameOpcode.Pong when (first & Final) == 0:
                return FrameError.BadControlFrame;
            case > FrameOpcode.Binary and < FrameOpcode.Close or > FrameOpcode.Pong:
                return FrameError.UnknownOpcode;
        }

        if (header.Length < 2)
        {
            return null;
        }

        if ((header[1] & Masked) == 0)
        {
            return FrameError.NotMasked;
        }

        return IsControl(opcode) && (header[1] & ~Masked) > MaxControlPayload ? FrameError.BadControlFrame : null;
    }

    private FrameError? TryReadLength(ReadOnlySpan<byte> header, int lengthBytes, out long length)
    {
        length = lengthBytes switch
        {
            0 => header[1] & ~Masked,
            2 => BinaryPrimitives.ReadUInt16BigEndian(header[2..]),
            _ => BinaryPrimitives.ReadInt64BigEndian(header[2..]),
        };
        if ((lengthBytes == 2 && length < 126) || (lengthBytes == 8 && length <= ushort.MaxValue))
        {
            return FrameError.BadLength;
        }

        // What is announced counts, together with earlier fragments, before any of it has come.
        return !IsControl((FrameOpcode)(header[0] & 0xF)) && length > MaxMessageBytes - _length ? FrameError.TooBig : null;
    }

    private FrameError? TakeControl(ReadOnlySpan<byte> part, IFrameHandler handler)
    {
        if (_inPayload || _controlLength > 0)
        {
            _control ??= ArrayPool<byte>.Shared.Rent(MaxControlPayload);
            part.CopyTo(_control.AsSpan(_controlLength));
            _controlLength += part.Length;
            part = _control.AsSpan(0, _controlLength);
        }

        if (_inPayload)
        {
            return null;
        }

        _controlLength = 0;
        FrameError? error = null;
        switch (_opcode)
        {
            case FrameOpcode.Ping:
                handler.OnPing(part);
                break;
            case FrameOpcode.Pong:
                handler.OnPong(part);
                break;
            default:
                error = TakeClose(part, handler);
                break;
        }

        Release(ref _control);
        return error;
    }

    private FrameError? TakeClose(ReadOnlySpan<byte> payload, IFrameHandler handler)
    {
        var error = CloseCodes.Read(payload, out var code, out var reason);
        _stopped = true;
        if (error is null)
        {
            Release(ref _buffer);
            handler.OnClose(code, reason);
        }

        return error;
    }

    private FrameError? TakeData(ReadOnlySpan<byte> part, IFrameHandler handler)
    {
        var isLast = _isFinal && !_inPayload;
        if (isLast && _length == 0)
        {
            if (_messageOpcode == FrameOpcode.Text && !Utf8.IsValid(part))
            {
                return FrameError.InvalidUtf8;
            }

            Deliver(part, handler);
            return null;
        }

        Append(part);
        if (_messageOpcode == FrameOpcode.Text)
        {
            if (!Utf8Progress.TryCheck(_buffer.AsSpan(_checked, _length - _checked), isLast, out var newlyChecked))
            {
                return FrameError.InvalidUtf8;
            }

            _checked += newlyChecked;
        }

        if (isLast)
        {
            var whole = _buffer;
            _buffer = null;
            Deliver(whole.AsSpan(0, _length), handler);
            Release(ref whole);
        }

        return null;
    }

    private void Deliver(ReadOnlySpan<byte> message, IFrameHandler handler)
    {
        var opcode = _messageOpcode;
        _messageOpcode = FrameOpcode.Continuation;
        _fragments = 0;
        _length = 0;
        _checked = 0;
        if (opcode == FrameOpcode.Text)
        {
            handler.OnText(message);
        }
        else
        {
            handler.OnBinary(message);
        }
    }

    private void Append(ReadOnlySpan<byte> part)
    {
        var needed = _length + part.Length;
        if (_buffer is null || _buffer.Length < needed)
        {
            // At least doubled, so that a message in many parts is copied a few times only, but not past what the frame announces.
            var size = Math.Max(needed, Math.Min(_length + part.Length + _remaining, Math.Max(1024, 2L * needed)));
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(size, Array.MaxLength));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            Release(ref _buffer);
            _buffer = larger;
        }

        part.CopyTo(_buffer.AsSpan(_length));
        _length = needed;
    }

    [InlineArray(14)]
    private struct HeaderBytes
    {
        private byte _first;
    }
}
