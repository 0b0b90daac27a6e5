using System.Buffers;

namespace Fanfare.AspNetCore;

/// <summary>
/// The wire of a WebSocket: joins what waits in the outbox into few writes, first through the upgraded stream and, once nothing can be
/// overtaken there, straight to the socket. Pongs and the close frame go ahead of waiting messages, between two frames.
/// </summary>
/// <remarks>
/// The lock guards against the two callers there can be: the outbox's drain and the end of an asynchronous write. It is never held
/// across a wait. Bytes of the outbox are taken off only when they are written, so its bounds see a stalled reader.
/// </remarks>
internal sealed class FrameWriter : IBatchWire
{
    private const int ScratchSize = 64 * 1024;
    private const int MaxWritesPerTurn = 8;

    [ThreadStatic]
    private static byte[]? t_scratch;

    private readonly WebSocketTransport _transport;
    private readonly TimingWheel _wheel;
    private readonly TimeSpan _closeTimeout;
    private IOutboxReader _outbox;
    private FrameComposer _frames;
    private Task? _write;
    private TaskCompletionSource? _ended;
    private CloseDeadline? _closing;
    private int _inFlight;
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

        /// <summary>The close frame is written, or nothing can be written any more.</summary>
        Ended = 2,

        /// <summary>A write waits in a batch.</summary>
        Gathered = 8,

        /// <summary>Our side of the connection is shut down behind the close frame.</summary>
        HangUp = 4,
    }

    /// <summary>Whether the close frame is written, or nothing can be written any more.</summary>
    public bool HasEnded => Has(State.Ended);

    /// <summary>Whether a close frame is to be sent or was.</summary>
    public bool IsClosing => _frames.IsClosing;

    /// <summary>Serves another outbox from now on.</summary>
    public void SwitchTo(IOutboxReader outbox)
    {
        lock (this)
        {
            _outbox = outbox;
            _inFlight = 0;
        }
    }

    /// <summary>Queues a ping.</summary>
    public void Ping(ReadOnlySpan<byte> payload) => SendControl(ServerFrame.Ping(payload));

    /// <summary>Queues a pong. Of a burst of pings as many are answered as fit into 2 KiB, else the latest (RFC 6455, section 5.5.3).</summary>
    public void Pong(ReadOnlySpan<byte> payload) => SendControl(ServerFrame.Pong(payload));

    /// <summary>Sends a close frame, the first one given; nothing is written after it.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="urgent">Whether it goes ahead of what waits.</param>
    /// <param name="hangUp">Whether the peer is shown the end of the stream behind it, where that is possible: one that broke a rule may not know how to close.</param>
    public void Close(byte[] frame, bool urgent, bool hangUp = false)
    {
        lock (this)
        {
            BeginClose(frame);
            _state |= hangUp ? State.HangUp : State.None;
            if (urgent)
            {
                _frames.HurryClose();
            }
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

    /// <summary>Writes nothing from now on.</summary>
    public void End()
    {
        lock (this)
        {
            _state |= State.Ended;
            _ended?.TrySetResult();
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
            if (!EndIfGone(result))
            {
                return result;
            }
        }

        // The reading side learns it this way.
        _transport.Abort();
        return result;
    }

    /// <inheritdoc/>
    public bool TryGather(IOutboxReader outbox, WriteBatch batch)
    {
        lock (this)
        {
            // Whatever is not plainly what waits and nothing else is drained by itself.
            if (!ReferenceEquals(outbox, _outbox) || _inFlight > 0 || !_frames.IsIdle || Has(State.Writing | State.Gathered | State.Ended))
            {
                return false;
            }

            var isGathered = _transport.TryGather(outbox, batch);
            _state |= isGathered ? State.Gathered : State.None;
            return isGathered;
        }
    }

    /// <inheritdoc/>
    public DrainResult OnWritten(IOutboxReader outbox, BatchedWrite write)
    {
        DrainResult result;
        lock (this)
        {
            _state &= ~State.Gathered;
            result = Has(State.Ended) ? DrainResult.Gone : Settle(outbox, write.Written, write.Length);
            if (!ReferenceEquals(outbox, _outbox))
            {
                // The other one has been told to wait.
                _outbox.Resume();
            }

            if (!EndIfGone(result))
            {
                return result;
            }
        }

        _transport.Abort();
        return result;
    }

    private bool Has(State any) => (_state & any) != 0;

    private void SendControl(byte[] frame)
    {
        lock (this)
        {
            if (_frames.IsClosing || Has(State.Ended))
            {
                return;
            }

            _frames.Add(frame);
        }

        _outbox.Resume();
    }

    private DrainResult Write(IOutboxReader outbox)
    {
        if (Has(State.Ended))
        {
            return DrainResult.Gone;
        }

        if (Has(State.Writing | State.Gathered))
        {
            return DrainResult.PartlyTaken;
        }

        if (_inFlight > 0)
        {
            outbox.Advance(_inFlight);
            _inFlight = 0;
        }

        if (outbox.IsCompleted && !_frames.IsClosing)
        {
            BeginClose(ServerFrame.Close());
        }

        for (var writes = 0; writes < MaxWritesPerTurn || outbox.IsEmpty; writes++)
        {
            var result = _transport.TryGoDirect() ? WriteDirect(outbox) : WriteThrough(outbox);
            if (result is { } final)
            {
                return final;
            }
        }

        return DrainResult.Taken;
    }

    /// <summary>One write straight to the socket; <see langword="null"/> when there may be more to write.</summary>
    private DrainResult? WriteDirect(IOutboxReader outbox)
    {
        var bytes = _frames.Compose(outbox, t_scratch ??= GC.AllocateUninitializedArray<byte>(ScratchSize, pinned: true), out var own);
        if (bytes.IsEmpty)
        {
            return DrainResult.Taken;
        }

        var sent = _transport.Send(bytes.Span);
        if (sent >= 0 && sent < own)
        {
            _frames.PutBack(bytes.Span[sent..own]);
            return WaitForRoom(outbox);
        }

        var result = Settle(outbox, sent - own, bytes.Length - own);
        if (result != DrainResult.Taken)
        {
            return result;
        }

        // Mostly that was all: what comes from now on gets another turn.
        return EndIfClosed() ?? (outbox.IsEmpty && _frames.IsIdle ? DrainResult.Taken : null);
    }

    /// <summary>Takes off the outbox what was written of it straight to the socket.</summary>
    private DrainResult Settle(IOutboxReader outbox, int written, int length)
    {
        if (written < 0)
        {
            return DrainResult.Gone;
        }

        outbox.Advance(written);
        return written == length ? DrainResult.Taken : WaitForRoom(outbox);
    }

    /// <summary>The socket is full: the rest of what was begun is handed over to be sent as soon as it can be, without a thread.</summary>
    private DrainResult WaitForRoom(IOutboxReader outbox)
    {
        var rest = _frames.Rest;
        if (rest.IsEmpty)
        {
            outbox.TryPeek(out rest);
            _inFlight = ReferenceEquals(outbox, _outbox) ? rest.Length : 0;
        }

        BeginWait(_transport.SendAsync(rest), scratch: null);
        return DrainResult.PartlyTaken;
    }

    /// <summary>One write through the stream; <see langword="null"/> when there may be more to write.</summary>
    private DrainResult? WriteThrough(IOutboxReader outbox)
    {
        var scratch = ArrayPool<byte>.Shared.Rent(ScratchSize);
        var bytes = _frames.Compose(outbox, scratch, out var own);
        if (bytes.IsEmpty)
        {
            ArrayPool<byte>.Shared.Return(scratch);
            return DrainResult.Taken;
        }

        // Large frames in slices: Kestrel copies what it is given before it says that it is too much.
        bytes = bytes[..Math.Min(bytes.Length, ScratchSize)];
        var write = _transport.WriteAsync(bytes);
        if (!write.IsCompleted)
        {
            _inFlight = bytes.Length - own;
            BeginWait(write, scratch);
            return DrainResult.PartlyTaken;
        }

        ArrayPool<byte>.Shared.Return(scratch);
#pragma warning disable VSTHRD002 // It is complete.
        if (!write.GetAwaiter().GetResult())
#pragma warning restore VSTHRD002
        {
            return DrainResult.Gone;
        }

        outbox.Advance(bytes.Length - own);
        return EndIfClosed();
    }

    private void BeginWait(ValueTask<bool> write, byte[]? scratch)
    {
        _state |= State.Writing;
        _write = FinishWriteAsync(write, scratch);
    }

    private async Task FinishWriteAsync(ValueTask<bool> write, byte[]? scratch)
    {
        var isWritten = await write.ConfigureAwait(false);
        if (scratch is not null)
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }

        lock (this)
        {
            _state &= ~State.Writing;
            _write = null;
            _frames.ForgetRest();
            if (!isWritten)
            {
                End();
            }
            else
            {
                EndIfClosed();
            }
        }

        if (!isWritten)
        {
            _transport.Abort();
        }

        _outbox.Resume();
    }

    private bool EndIfGone(DrainResult result)
    {
        if (result != DrainResult.Gone || Has(State.Ended))
        {
            return false;
        }

        End();
        return true;
    }

    private DrainResult? EndIfClosed()
    {
        if (!_frames.IsCloseBegun)
        {
            return null;
        }

        End();
        if (Has(State.HangUp))
        {
            _transport.HangUp();
        }

        return DrainResult.Gone;
    }

    private void BeginClose(byte[] frame)
    {
        if (_frames.IsClosing || Has(State.Ended))
        {
            return;
        }

        // It bounds the peer's part of the closing handshake too, so it runs until the connection is over.
        _frames.AddClose(frame);
        _closing = new CloseDeadline(this);
        _wheel.Schedule(_closing, _closeTimeout);
    }

    private void CutClose()
    {
        End();
        _transport.Abort();
    }

    private sealed class CloseDeadline(FrameWriter writer) : Deadline
    {
        protected override void OnDue() => writer.CutClose();
    }
}
