using System.IO.Pipelines;
using System.Runtime.InteropServices;

namespace Fanfare.AspNetCore;

/// <summary>One accepted WebSocket: the loop that feeds what is read to the decoder, and the wire that an outbox is drained into.</summary>
/// <remarks>
/// Await <see cref="RunAsync"/> within the request. An idle connection holds no buffer, timer or task besides that of its pending read.
/// All members but <see cref="RunAsync"/> are safe to use from any thread.
/// </remarks>
public sealed class WebSocketConnection : IFrameHandler
{
    private readonly WebSocketTransport _transport;
    private readonly IWebSocketHandler _handler;
    private readonly WebSocketLimits _limits;
    private readonly TimingWheel _wheel;
    private readonly FrameWriter _writer;
    private readonly FrameDecoder _decoder;
    private Outbox _outbox;
    private Outbox? _corked;
    private Task? _run;
    private TaskCompletionSource? _pause;
    private MessageDeadline? _messageDeadline;
    private object? _plannedEnd;
    private long _unfinishedSince;
    private Phase _phase;
    private bool _isFaulted;
    private int _isEndTold;

    /// <summary>Makes a connection and attaches its wire to <paramref name="outbox"/>.</summary>
    /// <param name="transport">What <see cref="WebSocketUpgrade.AcceptAsync"/> returned.</param>
    /// <param name="outbox">What is sent: complete server frames, see <see cref="ServerFrame"/>.</param>
    /// <param name="handler">Told what comes in, and the end.</param>
    /// <param name="limits">What is accepted.</param>
    /// <param name="wheel">Where deadlines of closing and of slow messages wait.</param>
    public WebSocketConnection(WebSocketTransport transport, Outbox outbox, IWebSocketHandler handler, WebSocketLimits limits, TimingWheel wheel)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(outbox);
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(wheel);
        _transport = transport;
        _outbox = outbox;
        _handler = handler;
        _limits = limits;
        _wheel = wheel;
        _decoder = new FrameDecoder(limits.MaxMessageBytes, limits.MaxFragments);
        _writer = new FrameWriter(transport, outbox, wheel, limits.CloseTimeout);
        outbox.Attach(_writer);
    }

    private enum Phase : byte
    {
        Reading,

        /// <summary>The peer broke a rule: its bytes are only thrown away, so that our close frame is not lost to a reset.</summary>
        Lingering,

        /// <summary>Nothing more is read.</summary>
        Over,
    }

    /// <summary>Whether frames are written straight to the socket by now.</summary>
    public bool IsDirect => _transport.IsDirect;

    /// <summary>Reads until the end, which <see cref="IWebSocketHandler.OnClosed"/> is told. The request may be left when the task completes.</summary>
    /// <remarks>Call it once. It fails only when the handler threw.</remarks>
    public Task RunAsync() => _run = ReadAsync();

    /// <summary>Serves another outbox from now on, as when a session moves here from another transport. The old one gets no further drain.</summary>
    public void SwitchTo(Outbox outbox)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        Volatile.Write(ref _outbox, outbox);
        _writer.SwitchTo(outbox);
        outbox.Attach(_writer);
    }

    /// <summary>Takes larger messages from now on, as from a client that has said who it is.</summary>
    /// <param name="maxBytes">The largest message in bytes.</param>
    public void AllowLargerMessages(int maxBytes) => _decoder.MaxMessageBytes = maxBytes;

    /// <summary>Sends a ping ahead of what waits.</summary>
    /// <param name="payload">At most 125 bytes.</param>
    public void Ping(ReadOnlySpan<byte> payload = default) => _writer.Ping(payload);

    /// <summary>Stops reading after what has been read already: the client is slowed down by TCP.</summary>
    public void PauseReading() =>
        Interlocked.CompareExchange(ref _pause, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);

    /// <summary>Reads on after <see cref="PauseReading"/>.</summary>
    public void ResumeReading()
    {
        if (Interlocked.Exchange(ref _pause, null) is { } pause)
        {
            if (Volatile.Read(ref _unfinishedSince) != 0)
            {
                Volatile.Write(ref _unfinishedSince, _wheel.Time.GetTimestamp());
            }

            pause.SetResult();
        }
    }

    /// <summary>Closes politely: what waits is sent, then a close frame, then the peer's is awaited, all within <see cref="WebSocketLimits.CloseTimeout"/>. The first code given counts.</summary>
    /// <param name="code">The close code, or <see langword="null"/> for a close frame without one.</param>
    /// <param name="reason">The reason; what goes beyond 123 bytes is cut off.</param>
    /// <returns>A task that completes when the connection has ended.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The code may not be sent (RFC 6455, section 7.4).</exception>
    public Task CloseAsync(int? code = null, string reason = "")
    {
        Close(new WebSocketEnd(WebSocketEndKind.ClosedByServer, code, reason), urgent: false);
        ResumeReading();
        return _run ?? Task.CompletedTask;
    }

    /// <summary>Closes without sending what waits, as for a client that does not read: the close frame goes ahead of it, behind a frame that is half out, and when that does not get through within <see cref="WebSocketLimits.CloseTimeout"/>, the connection is aborted.</summary>
    /// <param name="code">The close code, or <see langword="null"/> for a close frame without one.</param>
    /// <param name="reason">The reason; what goes beyond 123 bytes is cut off.</param>
    /// <exception cref="ArgumentOutOfRangeException">The code may not be sent (RFC 6455, section 7.4).</exception>
    public void Cut(int? code = null, string reason = "")
    {
        Close(new WebSocketEnd(WebSocketEndKind.ClosedByServer, code, reason), urgent: true);
        ResumeReading();
    }

    /// <summary>Ends the connection at once, without a close frame.</summary>
    public void Abort()
    {
        _writer.End();
        _transport.Abort();
    }

    /// <inheritdoc/>
    void IFrameHandler.OnText(ReadOnlySpan<byte> utf8)
    {
        _unfinishedSince = 0;
        if (!_writer.IsClosing)
        {
            _handler.OnText(utf8);
            SendGathered();
        }
    }

    /// <inheritdoc/>
    void IFrameHandler.OnBinary(ReadOnlySpan<byte> data)
    {
        _unfinishedSince = 0;
        if (!_writer.IsClosing)
        {
            _handler.OnBinary(data);
            SendGathered();
        }
    }

    /// <inheritdoc/>
    void IFrameHandler.OnPing(ReadOnlySpan<byte> payload) => _writer.Pong(payload);

    /// <inheritdoc/>
    void IFrameHandler.OnPong(ReadOnlySpan<byte> payload)
    {
        if (!_writer.IsClosing)
        {
            _handler.OnPong(payload);
        }
    }

    /// <inheritdoc/>
    void IFrameHandler.OnClose(int? code, string reason)
    {
        // Ours may have been sent before: then this is the answer to it. What was asked before it is answered before it.
        _phase = Phase.Over;
        var end = new WebSocketEnd(WebSocketEndKind.ClosedByPeer, code, reason);
        _writer.Close(ServerFrame.Close(code), urgent: false);
        TellEnd(_plannedEnd is WebSocketEnd planned ? planned : end);
    }

    private TaskCompletionSource? PauseOrNull => _writer.HasEnded ? null : Volatile.Read(ref _pause);

    private async Task ReadAsync()
    {
        try
        {
            var input = _transport.Input;
            while (_phase != Phase.Over)
            {
                if (PauseOrNull is { } pause)
                {
                    // Once nothing is written any more, the peer's close or the end of the stream must be seen, whoever forgets to resume.
                    await Task.WhenAny(pause.Task, _writer.WhenEndedAsync()).ConfigureAwait(false);
                }

                // Waits without a buffer.
                if (!Take(input, await input.ReadAsync().ConfigureAwait(false)))
                {
                    break;
                }
            }

            if (_writer.IsClosing)
            {
                await _writer.WhenEndedAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (!_isFaulted && StreamFault.IsBroken(exception))
        {
            // The connection broke or was aborted: that is an end like others.
        }
        finally
        {
            _decoder.Stop();
            if (_messageDeadline is not null)
            {
                _wheel.Cancel(_messageDeadline);
            }

            await _writer.StopAsync().ConfigureAwait(false);
            TellEnd(_plannedEnd is WebSocketEnd planned ? planned : new WebSocketEnd(_writer.IsClosing ? WebSocketEndKind.ClosedByServer : WebSocketEndKind.Aborted));
        }
    }

    /// <summary>Takes what was read; false at the end of the stream.</summary>
    private bool Take(PipeReader input, in ReadResult result)
    {
        var buffer = result.Buffer;
        if (PauseOrNull is not null)
        {
            input.AdvanceTo(buffer.Start);
            return true;
        }

        var outbox = _corked = _outbox;
        outbox.Cork();
        var taken = 0L;
        try
        {
            foreach (var bytes in buffer)
            {
                // Unmasked where it lies: until it is advanced over, what was read is ours alone.
                Feed(MemoryMarshal.AsMemory(bytes).Span);
                taken += bytes.Length;
                if (PauseOrNull is not null)
                {
                    // A flood that has been read already must not be handled past the pause; the rest is found by the next read.
                    break;
                }
            }

            _handler.OnReadEnd();
        }
        catch
        {
            _isFaulted = true;
            Close(new WebSocketEnd(WebSocketEndKind.ClosedByServer, 1011, "internal error"), urgent: true);
            throw;
        }
        finally
        {
            _corked = null;
            outbox.Uncork();
            input.AdvanceTo(buffer.GetPosition(taken));
        }

        WatchMessage();

        // Kestrel cancels the read when it stops.
        return taken < buffer.Length || (!result.IsCompleted && !result.IsCanceled);
    }

    /// <summary>One read may hold thousands of small messages, whose answers together would be more than may wait for a client.</summary>
    private void SendGathered()
    {
        if (_corked is { IsHalfFull: true } outbox)
        {
            outbox.Uncork();
            outbox.Cork();
        }
    }

    private void Feed(Span<byte> bytes)
    {
        switch (_phase)
        {
            case Phase.Reading when _decoder.Feed(bytes, this) is { } error:
                Fail(new WebSocketEnd(error.Code == 1009 ? WebSocketEndKind.TooBig : WebSocketEndKind.ProtocolError, error.Code, error.Text));
                break;
            case Phase.Lingering when IsCloseFrame(bytes):
                _phase = Phase.Over;
                break;
        }
    }

    private void Fail(WebSocketEnd end)
    {
        if (_phase != Phase.Over)
        {
            _phase = Phase.Lingering;
        }

        // Behind the answers to what came before the fault.
        Close(end, urgent: false, hangUp: true);
        TellEnd(end);
    }

    private void Close(WebSocketEnd end, bool urgent, bool hangUp = false)
    {
        var isError = end.Kind is WebSocketEndKind.ProtocolError or WebSocketEndKind.TooBig;
        var frame = ServerFrame.Close(end.Code, isError && !_limits.ExplainsErrors ? "" : end.Reason);
        Interlocked.CompareExchange(ref _plannedEnd, end, null);
        _writer.Close(frame, urgent, hangUp);
    }

    private void TellEnd(WebSocketEnd end)
    {
        if (Interlocked.Exchange(ref _isEndTold, 1) == 0)
        {
            _handler.OnClosed(end);
        }
    }

    /// <summary>After an error frames cannot be told apart, but a client usually answers our close frame with its own, alone, and waits for us to hang up.</summary>
    private static bool IsCloseFrame(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 6 && bytes[0] == 0x88 && bytes[1] >= 0x80 && bytes.Length == 6 + (bytes[1] & 0x7F);

    private void WatchMessage()
    {
        if (!_decoder.IsUnfinished)
        {
            _unfinishedSince = 0;
            return;
        }

        if (_unfinishedSince == 0 && _limits.MessageTimeout > TimeSpan.Zero && _limits.MessageTimeout < TimeSpan.MaxValue)
        {
            Volatile.Write(ref _unfinishedSince, _wheel.Time.GetTimestamp());
            _messageDeadline ??= new MessageDeadline(this);
            if (!_messageDeadline.IsScheduled)
            {
                _wheel.Schedule(_messageDeadline, _limits.MessageTimeout);
            }
        }
    }

    /// <summary>The deadline stays on the wheel when its message has ended, and looks again when it is due: a client of many large messages moves it rarely.</summary>
    private void CheckMessage(MessageDeadline deadline)
    {
        var since = Volatile.Read(ref _unfinishedSince);
        if (since == 0 || _phase != Phase.Reading)
        {
            return;
        }

        var age = Volatile.Read(ref _pause) is null ? _wheel.Time.GetElapsedTime(since) : TimeSpan.Zero;
        if (age < _limits.MessageTimeout)
        {
            _wheel.Schedule(deadline, _limits.MessageTimeout - age);
            return;
        }

        Fail(new WebSocketEnd(WebSocketEndKind.ProtocolError, 1008, "message took too long"));
    }

    private sealed class MessageDeadline(WebSocketConnection connection) : Deadline
    {
        protected override void OnDue() => connection.CheckMessage(this);
    }
}
