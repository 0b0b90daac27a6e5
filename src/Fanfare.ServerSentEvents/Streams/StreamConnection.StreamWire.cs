using System.Buffers;
using System.IO.Pipelines;
using Fanfare.AspNetCore;
using Microsoft.AspNetCore.Http;

namespace Fanfare.ServerSentEvents;

public sealed partial class StreamConnection
{
    /// <summary>The wire of a stream: joins what waits into few writes to the response. It is its own deadline of idle times.</summary>
    /// <remarks>
    /// The lock guards against the callers there can be: the outbox's drain, the end of a write, the end of the stream. It is never held across a wait.
    /// Bytes of the outbox are taken off only when they are written, so its bounds see a stalled reader.
    /// </remarks>
    private sealed class StreamWire(StreamConnection connection) : Deadline, IBatchWire
    {
        private const int ScratchSize = 64 * 1024;
        private const int MaxWritesPerTurn = 8;

        [ThreadStatic]
        private static byte[]? _scratch;

        private HttpContext? _context;
        private PipeWriter? _body;
        private ResponseSocket? _socket;
        private TaskCompletionSource? _done;
        private CancellationTokenRegistration _aborted;
        private long _writtenAt;
        private int _inFlight;
        private bool _isWriting;
        private bool _isGathered;
        private bool _hasEnded;
        private bool _isDirect;

        /// <summary>Whether events go straight to the socket.</summary>
        public bool IsDirect => _isDirect;

        private static byte[] Scratch => _scratch ??= GC.AllocateUninitializedArray<byte>(ScratchSize, pinned: true);

        private TimeSpan KeepAliveInterval => connection._endpoint.Options.KeepAliveInterval;

        /// <summary>Begins to write to a response, whose head is written.</summary>
        public void Start(HttpContext context, ResponseSocket? socket, TaskCompletionSource done)
        {
            lock (this)
            {
                _done = done;
                if (!_hasEnded)
                {
                    _context = context;
                    _body = context.Response.BodyWriter;
                    _socket = socket?.TryNoteHead() == true ? socket : null;
                    _writtenAt = connection._endpoint.Time.GetTimestamp();
                    connection._endpoint.Wheel.Schedule(this, KeepAliveInterval);
                }
            }

            if (_context is null)
            {
                context.Abort();
                Finish();
                return;
            }

            var registration = context.RequestAborted.UnsafeRegister(static state => ((StreamConnection)state!).Leave(), connection);
            lock (this)
            {
                _aborted = registration;
                if (!_hasEnded)
                {
                    return;
                }
            }

            registration.Unregister();
        }

        /// <summary>Writes nothing from now on, and ends the connection under it. May be called often.</summary>
        public void Abort()
        {
            HttpContext? context;
            bool isIdle;
            lock (this)
            {
                if (_hasEnded)
                {
                    return;
                }

                _hasEnded = true;
                context = _context;
                isIdle = !_isWriting && !_isGathered;
            }

            if (context is null)
            {
                // It has not begun: whoever begins it finishes it.
                return;
            }

            // A write in flight fails now, and its end finishes the stream: nothing may touch the request once it is over.
            context.Abort();
            if (isIdle)
            {
                Finish();
            }
        }

        /// <inheritdoc/>
        public DrainResult Drain(IOutboxReader outbox)
        {
            DrainResult result;
            bool hasEnded;
            lock (this)
            {
                if (_hasEnded)
                {
                    return DrainResult.Gone;
                }

                if (_isWriting)
                {
                    return DrainResult.PartlyTaken;
                }

                result = Write(outbox);
                hasEnded = _hasEnded;
            }

            Tell(result, hasEnded);
            return result;
        }

        /// <inheritdoc/>
        public bool TryGather(IOutboxReader outbox, WriteBatch batch)
        {
            lock (this)
            {
                if (!_isDirect || _inFlight > 0 || _isWriting || _hasEnded || batch is not SocketWriteBatch sockets || !sockets.TryGather(_socket!.Socket, outbox))
                {
                    return false;
                }

                _writtenAt = connection._endpoint.Time.GetTimestamp();
                _isGathered = true;
                return true;
            }
        }

        /// <inheritdoc/>
        public DrainResult OnWritten(IOutboxReader outbox, BatchedWrite write)
        {
            DrainResult result;
            bool hasEnded;
            lock (this)
            {
                _isGathered = false;
                hasEnded = _hasEnded;
                result = hasEnded ? DrainResult.Gone : TakeOff(outbox, write.Written, write.Length);
            }

            Tell(result, hasEnded);
            return result;
        }

        /// <inheritdoc/>
        protected override void OnDue()
        {
            bool isIdle;
            lock (this)
            {
                if (_hasEnded)
                {
                    return;
                }

                var idle = connection._endpoint.Time.GetElapsedTime(_writtenAt);
                isIdle = idle >= KeepAliveInterval;
                connection._endpoint.Wheel.Schedule(this, isIdle ? KeepAliveInterval : KeepAliveInterval - idle);
            }

            if (isIdle)
            {
                connection._outbox.TryEnqueue(connection._form.KeepAlive, isVolatile: true);
            }
        }

        /// <summary>Ends what has ended by a write: the request, or the stream whose client is gone.</summary>
        private void Tell(DrainResult result, bool hasEnded)
        {
            if (hasEnded)
            {
                Finish();
            }
            else if (result == DrainResult.Gone)
            {
                connection.Leave();
            }
        }

        private DrainResult Write(IOutboxReader outbox)
        {
            outbox.Advance(_inFlight);
            _inFlight = 0;
            for (var writes = 0; writes < MaxWritesPerTurn || outbox.IsEmpty; writes++)
            {
                // In this order: who finds it completed and then empty has missed nothing.
                var isCompleted = outbox.IsCompleted;
                if (outbox.IsEmpty)
                {
                    _hasEnded = isCompleted;
                    return isCompleted ? DrainResult.Gone : DrainResult.Taken;
                }

                _writtenAt = connection._endpoint.Time.GetTimestamp();
                var result = IsPipeEmpty() ? WriteDirect(outbox) : WriteThrough(outbox);
                if (result is { } final)
                {
                    return final;
                }
            }

            return DrainResult.Taken;
        }

        /// <summary>Whether everything that went through the server has reached the socket, so that nothing can be overtaken any more.</summary>
        private bool IsPipeEmpty()
        {
            if (!_isDirect && _socket is not null)
            {
                _isDirect = _socket.HasEverything();
                _socket = _isDirect || !_socket.IsHopeless ? _socket : null;
            }

            return _isDirect;
        }

        /// <summary>One write straight to the socket; <see langword="null"/> when there may be more to write.</summary>
        private DrainResult? WriteDirect(IOutboxReader outbox)
        {
            var bytes = Scratch.AsSpan();
            bytes = bytes[..outbox.CopyTo(bytes)];
            var result = TakeOff(outbox, NativeSocket.Send(_socket!.Socket, bytes), bytes.Length);
            return result == DrainResult.Taken ? null : result;
        }

        /// <summary>Takes off the outbox what was written of it straight to the socket.</summary>
        private DrainResult TakeOff(IOutboxReader outbox, int written, int length)
        {
            if (written < 0)
            {
                return DrainResult.Gone;
            }

            outbox.Advance(written);
            if (written == length)
            {
                return DrainResult.Taken;
            }

            // The buffer is full: the rest of what was begun is handed over to be sent as soon as it can be, without a thread.
            outbox.TryPeek(out var rest);
            _inFlight = rest.Length;
            _isWriting = true;
            _ = FinishSendAsync(NativeSocket.SendAllAsync(_socket!.Socket, rest));
            return DrainResult.PartlyTaken;
        }

        /// <summary>One write through the server; <see langword="null"/> when there may be more to write.</summary>
        private DrainResult? WriteThrough(IOutboxReader outbox)
        {
            var bytes = Scratch.AsSpan();
            bytes = bytes[..outbox.CopyTo(bytes)];
            ValueTask<FlushResult> flush;
            try
            {
                _body!.Write(bytes);
                flush = _body!.FlushAsync();
            }
            catch (Exception exception) when (StreamFault.IsBroken(exception))
            {
                return DrainResult.Gone;
            }

            _socket?.NoteWritten(bytes.Length);
            if (!flush.IsCompletedSuccessfully)
            {
                _inFlight = bytes.Length;
                _isWriting = true;
                _ = FinishFlushAsync(flush);
                return DrainResult.PartlyTaken;
            }

#pragma warning disable VSTHRD002, VSTHRD103 // It is complete.
            var result = flush.Result;
#pragma warning restore VSTHRD002, VSTHRD103
            outbox.Advance(bytes.Length);
            return result.IsCompleted || result.IsCanceled ? DrainResult.Gone : null;
        }

        private async Task FinishFlushAsync(ValueTask<FlushResult> flush)
        {
            var isWritten = false;
            try
            {
                var result = await flush.ConfigureAwait(false);
                isWritten = !result.IsCompleted && !result.IsCanceled;
            }
            catch (Exception exception) when (StreamFault.IsBroken(exception))
            {
                // Told below.
            }

            Settle(isWritten);
        }

        private async Task FinishSendAsync(ValueTask<bool> send) => Settle(await send.ConfigureAwait(false));

        /// <summary>A write that had to wait has ended.</summary>
        private void Settle(bool isWritten)
        {
            bool hasEnded;
            lock (this)
            {
                _isWriting = false;
                hasEnded = _hasEnded;
            }

            if (hasEnded)
            {
                Finish();
            }
            else if (isWritten)
            {
                connection._outbox.Resume();
            }
            else
            {
                connection.Leave();
            }
        }

        /// <summary>Lets the request go. Called once, when nothing is written any more.</summary>
        private void Finish()
        {
            connection._endpoint.Wheel.Cancel(this);
            _aborted.Unregister();
            _context = null;
            _body = null;
            _socket = null;
            connection.OnRequestOver();
            _done?.TrySetResult();
        }
    }
}
