namespace Fanfare.AspNetCore;

/// <summary>Puts together what a WebSocket writes next: frames of its own (pings, pongs, the close frame) between the frames of an outbox. Does no I/O; not thread safe.</summary>
internal struct FrameComposer
{
    private const int MaxControlBytes = 2048;

    private byte[]? _control;
    private byte[]? _rest;
    private byte[]? _closeFrame;
    private int _controlLength;
    private bool _isCloseUrgent;

    /// <summary>Whether a close frame is to be sent or was.</summary>
    public readonly bool IsClosing => _closeFrame is not null;

    /// <summary>Whether it has no frame of its own to send, now or behind what waits.</summary>
    public readonly bool IsIdle => _controlLength == 0 && _closeFrame is null && _rest is null;

    /// <summary>Whether the close frame is among the bytes composed so far: nothing follows it.</summary>
    public bool IsCloseBegun { get; private set; }

    /// <summary>What is left of own bytes that were written in part.</summary>
    public readonly ReadOnlyMemory<byte> Rest => _rest;

    /// <summary>Adds a ping or pong. When too many wait for a client that does not read, the older ones are forgotten (RFC 6455, section 5.5.3).</summary>
    public void Add(byte[] frame)
    {
        if (_controlLength == 0 || _controlLength + frame.Length > MaxControlBytes)
        {
            _control = frame;
            _controlLength = frame.Length;
            return;
        }

        if (_control!.Length < _controlLength + frame.Length)
        {
            Array.Resize(ref _control, Math.Min(MaxControlBytes, 2 * (_controlLength + frame.Length)));
        }

        frame.CopyTo(_control, _controlLength);
        _controlLength += frame.Length;
    }

    /// <summary>Adds the close frame, behind what waits.</summary>
    public void AddClose(byte[] frame) => _closeFrame = frame;

    /// <summary>Sends the close frame ahead of what waits.</summary>
    public void HurryClose() => _isCloseUrgent = true;

    /// <summary>Takes back own bytes that were not written; they come first next time.</summary>
    public void PutBack(ReadOnlySpan<byte> own) => _rest = own.ToArray();

    /// <summary>Forgets what was put back: it is written now.</summary>
    public void ForgetRest() => _rest = null;

    /// <summary>The next bytes: the rest of ours, pongs, the close frame, then as many waiting frames as fit. Empty when there is nothing.</summary>
    /// <param name="outbox">What waits; nothing is taken off it.</param>
    /// <param name="scratch">Where to join them; a frame larger than it is shown where it lies.</param>
    /// <param name="own">How many of the bytes, at their front, are not from the outbox. They are taken.</param>
    public ReadOnlyMemory<byte> Compose(IOutboxReader outbox, byte[] scratch, out int own)
    {
        own = 0;
        ReadOnlyMemory<byte> head;
        if (_rest is not null)
        {
            _rest.CopyTo(scratch, 0);
            own = _rest.Length;
            _rest = null;
        }
        else if (outbox.IsMidFrame && (_controlLength > 0 || _isCloseUrgent))
        {
            // The frame that was begun comes first, and alone.
            outbox.TryPeek(out head);
            return head;
        }

        if (IsCloseBegun)
        {
            return scratch.AsMemory(0, own);
        }

        if (_controlLength > 0)
        {
            _control.AsSpan(0, _controlLength).CopyTo(scratch.AsSpan(own));
            own += _controlLength;
            _control = null;
            _controlLength = 0;
        }

        if (_closeFrame is not null && (_isCloseUrgent || outbox.IsEmpty))
        {
            _closeFrame.CopyTo(scratch, own);
            own += _closeFrame.Length;
            IsCloseBegun = true;
            return scratch.AsMemory(0, own);
        }

        if (own == 0 && outbox.TryPeek(out head) && head.Length >= scratch.Length)
        {
            return head;
        }

        return scratch.AsMemory(0, own + outbox.CopyTo(scratch.AsSpan(own)));
    }
}
