using System.Buffers;
using System.IO.Compression;
using Fanfare.AspNetCore;
using Fanfare.SocketIO.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Fanfare.SocketIO;

/// <summary>The HTTP side of a session: at most one poll that waits for packets, and one POST that brings some.</summary>
/// <remarks>Engine.IO v4, "HTTP long-polling". As a wire it takes packets only while a poll waits.</remarks>
internal sealed partial class PollingTransport(EngineSession session, EngineScope scope) : IWire
{
    /// <summary>Python clients refuse more packets than this in one payload.</summary>
    private const int MaxPacketsPerPoll = 16;

    private readonly Lock _gate = new();
    private TaskCompletionSource<Answer>? _poll;
    private bool _isPosting;
    private bool _owesPing;
    private bool _hasOpened;

    /// <summary>Whether the client has been told of the end.</summary>
    public bool IsFinished { get; private set; }

    /// <inheritdoc/>
    public DrainResult Drain(IOutboxReader outbox)
    {
        TaskCompletionSource<Answer> poll;
        bool ping;
        lock (_gate)
        {
            if (_poll is null)
            {
                return outbox is { IsEmpty: true, IsCompleted: true } ? DrainResult.Taken : DrainResult.PartlyTaken;
            }

            if (!_owesPing && outbox is { IsEmpty: true, IsCompleted: false })
            {
                return DrainResult.Taken;
            }

            // Taken before the packets are: an upgrade that lets the poll go meanwhile must not find it, or they would be answered to nobody.
            poll = _poll;
            _poll = null;

            // Nobody takes the answer to a ping once the session is closed.
            ping = _owesPing && !outbox.IsCompleted;
            _owesPing = false;
        }

        var body = new ArrayBufferWriter<byte>(256);
        if (ping)
        {
            body.Write("2"u8);
        }

        var compress = Fill(body, outbox);

        // The end has a poll of its own: clients act on it at once, before they have handled the packets that came along.
        var isLast = body.WrittenCount == 0;
        if (isLast)
        {
            body.Write("1"u8);
            IsFinished = true;

            // Ahead of the answer: whoever has read it finds no session any more.
            session.Forget();
        }

        poll.TrySetResult(new Answer(body.WrittenMemory, compress));

        // Busy until the next poll comes, so that volatile packets are dropped meanwhile.
        return isLast ? DrainResult.Taken : DrainResult.PartlyTaken;
    }

    /// <summary>Sends a ping with the poll that waits, or first with the next one.</summary>
    /// <remarks>It does not wait in the outbox: a client that polls no more has missed a heartbeat, it is no slow reader.</remarks>
    /// <returns>Whether a poll waits: the outbox has to be drained then.</returns>
    public bool OwePing()
    {
        lock (_gate)
        {
            _owesPing = true;
            return _poll is not null;
        }
    }

    /// <summary>Takes back a ping that no poll has fetched, to send it another way.</summary>
    public bool TakeOwedPing()
    {
        lock (_gate)
        {
            var owed = _owesPing;
            _owesPing = false;
            return owed;
        }
    }

    /// <summary>Serves a GET: waits for packets.</summary>
    public async Task PollAsync(HttpContext context)
    {
        var poll = new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool overlaps;
        lock (_gate)
        {
            overlaps = _poll is not null;
            _poll ??= poll;
        }

        if (overlaps)
        {
            session.Fail(CloseReason.TransportError);
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        session.Outbox.Resume();
        using var abort = context.RequestAborted.UnsafeRegister(_ => Abort(poll), null);
        var answer = await poll.Task.ConfigureAwait(false);
        if (!answer.IsAborted)
        {
            await WriteAsync(context, answer).ConfigureAwait(false);
        }
    }

    /// <summary>Serves a POST: takes packets.</summary>
    public async Task PushAsync(HttpContext context)
    {
        bool overlaps;
        lock (_gate)
        {
            overlaps = _isPosting;
            _isPosting = true;
        }

        if (overlaps || context.Request.ContentType?.StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase) == true)
        {
            session.Fail(CloseReason.TransportError);
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        try
        {
            var body = await ReadBodyAsync(context).ConfigureAwait(false);
            if (body is null)
            {
                if (scope.Metrics.Refused(FanfareMetrics.Limit.MessageBytes))
                {
                    Log.BodyTooLarge(scope.Logger, session.Sid, scope.Options.MaxPayloadBytes);
                }

                context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
                return;
            }

            if (!await session.ReceivePayloadAsync(body.Value, RequestReader.Read(context, scope.Time).Headers).ConfigureAwait(false))
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                return;
            }

            context.Response.ContentType = "text/html";
            context.Response.ContentLength = 2;
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.Body.WriteAsync("ok"u8.ToArray(), context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or BadHttpRequestException)
        {
            // The client went away in the middle, or its framing cannot be read.
            session.Fail(CloseReason.TransportError);
        }
        finally
        {
            lock (_gate)
            {
                _isPosting = false;
            }
        }
    }

    /// <summary>Answers a waiting poll with a packet that means nothing, so that the client can change its transport.</summary>
    public void EndWithNoop() => Complete(new Answer("6"u8.ToArray(), IsCompressible: false));

    /// <summary>Answers a waiting poll with the end.</summary>
    public void EndWithClose()
    {
        IsFinished = true;
        Complete(new Answer("1"u8.ToArray(), IsCompressible: false));
    }

    private static void Part(ArrayBufferWriter<byte> body)
    {
        if (body.WrittenCount > 0)
        {
            body.Write([EnginePayloadWriter.Separator]);
        }
    }

    private bool Fill(ArrayBufferWriter<byte> body, IOutboxReader outbox)
    {
        var packets = body.WrittenCount > 0 ? 1 : 0;
        var compress = false;
        while (outbox.TryPeekFrame(out var next))
        {
            var frame = (EngineFrame)next;
            if (packets > 0 && (!_hasOpened || packets + frame.Segments.Length > MaxPacketsPerPoll || body.WrittenCount + frame.Bytes.Length > scope.Options.MaxPayloadBytes))
            {
                break;
            }

            outbox.TryDequeue(out _);
            packets += frame.Segments.Length;
            compress |= frame.IsCompressible;
            foreach (var segment in frame.Segments)
            {
                Part(body);
                var data = frame.Bytes.Span.Slice(segment.Offset, segment.Length);
                if (segment.IsBinary)
                {
                    EnginePayloadWriter.WriteBinary(body, data);
                }
                else
                {
                    body.Write(data);
                }
            }
        }

        // The handshake's answer is the open packet and nothing else, as clients that take it for one object know it.
        _hasOpened = true;
        return compress;
    }

    private void Complete(Answer answer)
    {
        TaskCompletionSource<Answer>? poll;
        lock (_gate)
        {
            poll = _poll;
            _poll = null;
        }

        poll?.TrySetResult(answer);
    }

    private void Abort(TaskCompletionSource<Answer> poll)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_poll, poll))
            {
                return;
            }

            _poll = null;
        }

        poll.TrySetResult(new Answer(default, IsCompressible: false, IsAborted: true));
        session.Fail(CloseReason.TransportError);
    }

    /// <summary>Reads the body as far as the limit goes; <see langword="null"/> when it goes further.</summary>
    private async ValueTask<Memory<byte>?> ReadBodyAsync(HttpContext context)
    {
        var limit = scope.Options.MaxPayloadBytes;
        if (context.Request.ContentLength > limit)
        {
            return null;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = null;
        }

        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            if (result.Buffer.Length > limit)
            {
                reader.AdvanceTo(result.Buffer.End);
                return null;
            }

            if (result.IsCompleted)
            {
                var body = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return body;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private async Task WriteAsync(HttpContext context, Answer answer)
    {
        var response = context.Response;
        response.ContentType = "text/plain; charset=UTF-8";
        response.Headers.CacheControl = "no-store";
        try
        {
            var body = answer.Body;
            if (answer.IsCompressible && scope.Options.CompressionThreshold >= 0 && body.Length >= scope.Options.CompressionThreshold
                && EncodingOf(context.Request) is { } encoding)
            {
                response.Headers.ContentEncoding = encoding;
                body = Compress(body, encoding);
            }

            response.ContentLength = body.Length;
            await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            session.Fail(CloseReason.TransportError);
        }
    }

    private static string? EncodingOf(HttpRequest request)
    {
        foreach (var header in request.GetTypedHeaders().AcceptEncoding)
        {
            if (header.Quality is not 0 && (header.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) || header.Value.Equals("deflate", StringComparison.OrdinalIgnoreCase)))
            {
                return header.Value.Value!.ToLowerInvariant();
            }
        }

        return null;
    }

    private static ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> body, string encoding)
    {
        using var output = new MemoryStream();
        using (Stream compressor = encoding == "gzip" ? new GZipStream(output, CompressionLevel.Fastest) : new ZLibStream(output, CompressionLevel.Fastest))
        {
            compressor.Write(body.Span);
        }

        return output.ToArray();
    }

    private readonly record struct Answer(ReadOnlyMemory<byte> Body, bool IsCompressible, bool IsAborted = false);

    private static partial class Log
    {
        [LoggerMessage(321, LogLevel.Information, "A body for session {SessionId} is larger than {Limit} bytes; it was refused.", EventName = "BodyTooLarge")]
        public static partial void BodyTooLarge(ILogger logger, string sessionId, int limit);
    }
}
