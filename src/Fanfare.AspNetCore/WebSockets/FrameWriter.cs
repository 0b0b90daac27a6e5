using System.Buffers;
using System.Net.Sockets;

namespace Fanfare.AspNetCore;

/// <summary>
/// The wire of a WebSocket: joins what waits in the outbox into few writes, first through the upgraded stream and, once that is
/// proven safe, straight to the socket. Pongs and the close frame go ahead of waiting messages, between two frames.
/// </summary>
/// <remarks>
/// The lock guards against the two callers there can be: the outbox's drain and the end of an asynchronous write. It is never held
/// across a wait. Bytes of the outbox are taken off only when they are written, so its bounds see a stalled reader.
/// </remarks>
internal sealed class FrameWriter : IWire
{
    private const int ScratchSize = 64 * 1024;
    private const int MaxWritesPerTurn = 8;
    private const int MaxControlBytes = 2048;

    // The most that a first write can hold and still be in the socket as a whole when its beginning has been read.
    private const int MaxProvenBytes = 16 * 1024;

    private static readonly TimeSpan ProofTimeout = TimeSpan.FromSeconds(1);

    [ThreadStatic]
    private static byte[]? t_scratch;

    private readonly WebSocketTransport _transport;
    private readonly TimingWheel _wheel;
    private readonly TimeSpan _closeTimeout;
    private IOutboxReader _outbox;
    private byte[]? _control;
    private byte[]? _rest;
    private byte[]? _closeFrame;
    private Task? _write;
    private TaskCompletionSource? _ended;
    private ProofDeadline? _proof;
    private CloseDeadline? _closing;
    private int _controlLength;
    private int _inFlight;
    private int _streamed;
    private State _state;

    public FrameWriter(WebSocketTransport transport, IOutboxReader outbox, TimingWheel wheel, TimeSpan closeTimeout)
    {
        _transport = transport;
        _outbox = outbox;
        _wheel = wheel;
        _closeTimeout = closeTimeout;
    }

    [Flags]
    private enum State : byte
    {
        None = 0,

        /// <summary>An asynchronous write is in flight.</summary>
        Writing = 1,

        /// <summary>Everything goes straight to the socket.</summary>
        Direct = 2,

        /// <summary>The owner wants direct writes, once they are safe.</summary>
        DirectWanted = 4,

        /// <summary>The ping behind the last write through the stream is out; its pong proves that the client has read all.</summary>
        ProofSent = 8,

        /// <summary>The close frame goes ahead of what waits.</summary>
        CloseIsUrgent = 16,

        /// <summary>The close frame is among the bytes being written: nothing follows it.</summary>
        CloseBegun = 32,

        /// <summary>The close frame is written, or nothing can be written any more.</summary>
        Ended = 64,
    }

    private static ReadOnlySpan<byte> ProofPayload => "fanfare"u8;

    /// <summary>Whether frames go straight to the socket.</summary>
    public bool IsDirect => Has(State.Direct);

    /// <summary>Whether a write is waiting for the client.</summary>
    public bool IsBlocked => Has(State.Writing);

    /// <summary>Whether a close frame is to be sent or was.</summary>
    public bool IsClosing => _closeFrame is not null;

    /// <summary>Serves another outbox from now on.</summary>
    public void SwitchTo(IOutboxReader outbox)
    {
        lock (this)
        {
            _outbox = outbox;
            _inFlight = 0;
        }
    }

    /// <summary>
    /// Goes over to direct writes as soon as that is safe: the client must have read all that went through the stream, for no one can
    /// tell when Kestrel's pipe has reached the socket, and a direct write would overtake it.
    /// </summary>
    /// <param name="provenWrites">How many writes the client is known to have read: 0 after its first frame (it has read the 101), 1 when it has answered to our first one.</param>
    public void GoDirect(int provenWrites)
    {
        var ask = false;
        lock (this)
        {
            if (_transport.Socket is null || Has(State.Direct | State.DirectWanted | State.Ended) || (provenWrites == 0 && _streamed > 0))
            {
                return;
            }

            _state |= State.DirectWanted;
            // More than the proven has been written: a ping behind it has to be asked first, best while nothing waits.
            ask = !IsProven;
        }

        if (ask)
        {
            _outbox.Resume();
        }
    }

    /// <summary>Queues a ping.</summary>
    public void Ping(ReadOnlySpan<byte> payload) => SendControl(ServerFrame.Ping(payload));

    /// <summary>Queues a pong. Of a burst of pings as many are answered as fit into 2 KiB, else the latest (RFC 6455, section 5.5.3).</summary>
    public void Pong(ReadOnlySpan<byte> payload) => SendControl(ServerFrame.Pong(payload));

    /// <summary>Looks at a pong of the client.</summary>
    /// <returns>Whether it answers to a ping of the writer's own.</returns>
    public bool TakePong(ReadOnlySpan<byte> payload)
    {
        lock (this)
        {
            if (!Has(State.ProofSent) || !payload.SequenceEqual(ProofPayload))
            {
                return false;
            }

            EndProof();
            _state |= State.Direct;
        }

        _outbox.Resume();
        return true;
    }

    /// <summary>Sends a close frame, the first one given: behind what waits, or ahead of it when <paramref name="urgent"/>. Nothing is written after it.</summary>
    public void Close(byte[] frame, bool urgent)
    {
        lock (this)
        {
            BeginClose(frame);
            _state |= urgent ? State.CloseIsUrgent : State.None;
        }

        _outbox.Resume();
    }

    /// <summary>Completes when the close frame is written or nothing can be written any more.</summary>
    public Task WhenEndedAsync()
    {
        lock (this)
        {
            if (Has(State.Ended))
            {
                return Task.CompletedTask;
            }

            _ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
#pragma warning disable VSTHRD003 // A completion of our own, which runs its continuations elsewhere.
            return _ended.Task;
#pragma warning restore VSTHRD003
        }
    }

    /// <summary>Writes nothing from now on, and waits for a write in flight, which is aborted: nothing may touch the request once it is over.</summary>
    public async Task StopAsync()
    {
        Task? write;
        lock (this)
        {
            End();
            write = Has(State.Writing) ? _write : null;
            if (_closing is not null)
            {
                _wheel.Cancel(_closing);
            }
        }

        if (write is not null)
        {
            _transport.Abort();
            await write.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public DrainResult Drain(IOutboxReader outbox)
    {
        DrainResult result;
        lock (this)
        {
            if (!ReferenceEquals(outbox, _outbox))
            {
                return DrainResult.Gone;
            }

            result = Write(outbox);
            if (result != DrainResult.Gone || Has(State.Ended))
            {
                return result;
            }

            End();
        }

        // The reading side learns it this way.
        _transport.Abort();
        return result;
    }

    // Bytes of the first write through the stream; anything beyond it counts as too much.
    private bool IsProven => _streamed <= MaxProvenBytes;

    private bool Has(State any) => (_state & any) != 0;

    private void SendControl(byte[] frame)
    {
        lock (this)
        {
            if (_closeFrame is not null || Has(State.Ended))
            {
                return;
            }

            AppendControl(frame);
        }

        _outbox.Resume();
    }

    private void AppendControl(byte[] frame)
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

    private DrainResult Write(IOutboxReader outbox)
    {
        if (Has(State.Ended))
        {
            return DrainResult.Gone;
        }

        if (Has(State.Writing))
        {
            return DrainResult.PartlyTaken;
        }

        if (_inFlight > 0)
        {
            outbox.Advance(_inFlight);
            _inFlight = 0;
        }

        if (outbox.IsCompleted && _closeFrame is null)
        {
            BeginClose(ServerFrame.Close());
        }

        if (Has(State.DirectWanted) && !TryGoDirect(outbox))
        {
            return DrainResult.PartlyTaken;
        }

        for (var writes = 0; writes < MaxWritesPerTurn || outbox.IsEmpty; writes++)
        {
            var result = Has(State.Direct) ? WriteDirect(outbox) : WriteThrough(outbox);
            if (result is { } final)
            {
                return final;
            }
        }

        return DrainResult.Taken;
    }

    /// <summary>Puts the next bytes together: the rest of ours, pongs, the close frame, then as many waiting frames as fit.</summary>
    /// <param name="outbox">What waits.</param>
    /// <param name="scratch">Where to join them; a frame larger than it is shown where it lies.</param>
    /// <param name="own">How many of the bytes, at their front, are not from the outbox.</param>
    private ReadOnlyMemory<byte> Compose(IOutboxReader outbox, byte[] scratch, out int own)
    {
        own = 0;
        ReadOnlyMemory<byte> head;
        if (_rest is not null)
        {
            _rest.CopyTo(scratch, 0);
            own = _rest.Length;
            _rest = null;
        }
        else if (outbox.IsMidFrame && (_controlLength > 0 || Has(State.CloseIsUrgent)))
        {
            // The frame that was begun comes first, and alone.
            outbox.TryPeek(out head);
            return head;
        }

        if (Has(State.CloseBegun))
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

        if (_closeFrame is not null && (Has(State.CloseIsUrgent) || outbox.IsEmpty))
        {
            _closeFrame.CopyTo(scratch, own);
            own += _closeFrame.Length;
            _state |= State.CloseBegun;
            return scratch.AsMemory(0, own);
        }

        if (own == 0 && outbox.TryPeek(out head) && head.Length >= scratch.Length)
        {
            return head;
        }

        return scratch.AsMemory(0, own + outbox.CopyTo(scratch.AsSpan(own)));
    }

    /// <summary>One write straight to the socket; <see langword="null"/> when there may be more to write.</summary>
    private DrainResult? WriteDirect(IOutboxReader outbox)
    {
        var bytes = Compose(outbox, t_scratch ??= GC.AllocateUninitializedArray<byte>(ScratchSize, pinned: true), out var own);
        if (bytes.IsEmpty)
        {
            return DrainResult.Taken;
        }

        var sent = NativeSocket.Send(_transport.Socket!, bytes.Span);
        if (sent == NativeSocket.Gone)
        {
            return DrainResult.Gone;
        }

        sent = Math.Max(0, sent);
        if (sent < own)
        {
            _rest = bytes[sent..own].ToArray();
        }
        else if (sent > own)
        {
            outbox.Advance(sent - own);
        }

        if (sent == bytes.Length)
        {
            return EndIfClosed();
        }

        // The buffer is full: the rest of what was begun is handed over to be sent as soon as it can be, without a thread.
        ReadOnlyMemory<byte> rest = _rest;
        if (_rest is null)
        {
            outbox.TryPeek(out rest);
            _inFlight = rest.Length;
        }

        _state |= State.Writing;
        _write = SendRestAsync(_transport.Socket!, rest);
        return DrainResult.PartlyTaken;
    }

    /// <summary>One write through the stream; <see langword="null"/> when there may be more to write.</summary>
    private DrainResult? WriteThrough(IOutboxReader outbox)
    {
        var scratch = ArrayPool<byte>.Shared.Rent(ScratchSize);
        var bytes = Compose(outbox, scratch, out var own);
        if (bytes.IsEmpty)
        {
            ArrayPool<byte>.Shared.Return(scratch);
            return DrainResult.Taken;
        }

        // Large frames in slices: Kestrel copies what it is given before it says that it is too much.
        bytes = bytes[..Math.Min(bytes.Length, ScratchSize)];
        CountStreamed(bytes.Length);
        _inFlight = bytes.Length - own;
        _state |= State.Writing;
        var write = WriteThroughAsync(bytes, scratch);
        if (!write.IsCompleted)
        {
            _write = write;
            return DrainResult.PartlyTaken;
        }

        if (Has(State.Ended))
        {
            return DrainResult.Gone;
        }

        outbox.Advance(_inFlight);
        _inFlight = 0;
        return EndIfClosed();
    }

    private async Task WriteThroughAsync(ReadOnlyMemory<byte> bytes, byte[] scratch)
    {
        var isWritten = false;
        var isAsynchronous = false;
        try
        {
            var write = _transport.Stream.WriteAsync(bytes);
            isAsynchronous = !write.IsCompleted;
            await write.ConfigureAwait(false);
            isWritten = true;
        }
        catch (Exception exception) when (StreamFault.IsBroken(exception))
        {
        }

        ArrayPool<byte>.Shared.Return(scratch);
        FinishWrite(isWritten, isAsynchronous);
    }

    private async Task SendRestAsync(Socket socket, ReadOnlyMemory<byte> rest)
    {
        var isWritten = false;
        try
        {
            while (!rest.IsEmpty)
            {
                rest = rest[await socket.SendAsync(rest, SocketFlags.None).ConfigureAwait(false)..];
            }

            isWritten = true;
        }
        catch (Exception exception) when (StreamFault.IsBroken(exception))
        {
        }

        FinishWrite(isWritten, resume: true);
    }

    private void FinishWrite(bool isWritten, bool resume)
    {
        lock (this)
        {
            _state &= ~State.Writing;
            _rest = null;
            if (!isWritten)
            {
                End();
            }
            else if (resume)
            {
                EndIfClosed();
            }
        }

        if (!isWritten)
        {
            _transport.Abort();
        }

        if (resume)
        {
            _outbox.Resume();
        }
    }

    private void CountStreamed(int bytes) => _streamed = _streamed == 0 ? bytes : int.MaxValue;

    private DrainResult? EndIfClosed()
    {
        if (!Has(State.CloseBegun))
        {
            return null;
        }

        End();
        return DrainResult.Gone;
    }

    private void BeginClose(byte[] frame)
    {
        if (_closeFrame is not null || Has(State.Ended))
        {
            return;
        }

        // It bounds the peer's part of the closing handshake too, so it runs until the connection is over.
        _closeFrame = frame;
        _closing = new CloseDeadline(this);
        _wheel.Schedule(_closing, _closeTimeout);
    }

    private void CutClose()
    {
        lock (this)
        {
            End();
        }

        _transport.Abort();
    }

    private void End()
    {
        _state |= State.Ended;
        EndProof();
        _ended?.TrySetResult();
    }

    /// <summary>Whether writing may go on, in either way. When more has gone through the stream than is proven, a ping asks the client, and what waits is held until its pong.</summary>
    private bool TryGoDirect(IOutboxReader outbox)
    {
        if (_closeFrame is not null)
        {
            EndProof();
        }
        else if (IsProven)
        {
            EndProof();
            _state |= State.Direct;
        }
        else if (Has(State.ProofSent))
        {
            return false;
        }
        else if (!outbox.IsMidFrame)
        {
            // What waits is held from here on, also when the ping itself is still in flight.
            AppendControl(ServerFrame.Ping(ProofPayload));
            _state |= State.ProofSent;
            _proof = new ProofDeadline(this);
            _wheel.Schedule(_proof, ProofTimeout);
            WriteControl();
            return false;
        }

        return true;
    }

    private void WriteControl()
    {
        var bytes = _control.AsMemory(0, _controlLength);
        _control = null;
        _controlLength = 0;
        CountStreamed(bytes.Length);
        _state |= State.Writing;
        _write = WriteThroughAsync(bytes, ArrayPool<byte>.Shared.Rent(1));
    }

    private void EndProof()
    {
        _state &= ~(State.DirectWanted | State.ProofSent);
        if (_proof is not null)
        {
            _wheel.Cancel(_proof);
            _proof = null;
        }
    }

    private void GiveUpProof(ProofDeadline proof)
    {
        lock (this)
        {
            if (!ReferenceEquals(proof, _proof))
            {
                return;
            }

            EndProof();
        }

        _outbox.Resume();
    }

    private sealed class CloseDeadline(FrameWriter writer) : Deadline
    {
        protected override void OnDue() => writer.CutClose();
    }

    private sealed class ProofDeadline(FrameWriter writer) : Deadline
    {
        protected override void OnDue() => writer.GiveUpProof(this);
    }
}
