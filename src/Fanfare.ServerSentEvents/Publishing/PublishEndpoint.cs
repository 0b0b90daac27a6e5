using System.Buffers;
using Fanfare.AspNetCore;
using Fanfare.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Fanfare.ServerSentEvents;

/// <summary>Takes events over HTTP from other back ends.</summary>
/// <remarks>Product, sections 5 and 12.</remarks>
internal sealed partial class PublishEndpoint
{
    private readonly Namespace _namespace;
    private readonly PublishOptions _options;
    private readonly ConnectionGate _gate;
    private readonly PublishIds _ids;
    private readonly FanfareMetrics _metrics;
    private readonly MessageSerializer _serializer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public PublishEndpoint(Namespace @namespace, PublishOptions options, FanfareServer server, TimeProvider time, ILogger logger)
    {
        _namespace = @namespace;
        _options = options;
        _metrics = server.Metrics;
        _serializer = server.Serializer;
        _time = time;
        _logger = logger;
        _gate = new ConnectionGate(options.CheckOrigin ? new OriginPolicy(options.AllowedOrigins) : null, new AddressLimiter(), 0, server.Metrics, logger);
        _ids = new PublishIds(options.IdLifetime, options.MaxIds, time);
    }

    /// <summary>Serves one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (!_gate.AllowsOrigin(context))
        {
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = HttpMethods.Post;
            await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "Events are published with POST.").ConfigureAwait(false);
            return;
        }

        if (await FindCallerAsync(context).ConfigureAwait(false) is not { } caller || await ReadBodyAsync(context).ConfigureAwait(false) is not { } body)
        {
            return;
        }

        if (!PublishRequest.TryRead(body, _options.MaxJsonDepth, out var request, out var fault))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, fault).ConfigureAwait(false);
            return;
        }

        await PublishAsync(context, caller, request).ConfigureAwait(false);
    }

    /// <summary>Who publishes; <see langword="null"/> when the request is answered.</summary>
    private async ValueTask<User?> FindCallerAsync(HttpContext context)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        var isDecided = metadata?.GetMetadata<IAuthorizeData>() is not null && metadata.GetMetadata<IAllowAnonymous>() is null;
        var user = isDecided ? User.FromPrincipal(RequestReader.UserOf(context)) : await AuthenticateAsync(context).ConfigureAwait(false);
        if (user is null || (user.Id is null && !isDecided))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, "A token is needed: Authorization: Bearer.").ConfigureAwait(false);
            return null;
        }

        if (_options.Allow is { } allow ? await allow(user, context).ConfigureAwait(false) : isDecided)
        {
            return user;
        }

        await RefuseAsync(context, StatusCodes.Status403Forbidden, "This user may not publish.").ConfigureAwait(false);
        return null;
    }

    private async ValueTask<User?> AuthenticateAsync(HttpContext context)
    {
        var token = RequestToken.Bearer(context.Request);
        if (token is null && RequestReader.UserOf(context) is null)
        {
            return null;
        }

        try
        {
            return await _namespace.AuthenticateAsync(RequestToken.Handshake(RequestReader.Read(context, _time), token)).ConfigureAwait(false);
        }
        catch (ConnectException)
        {
            return null;
        }
    }

    /// <summary>The body, within the limit; <see langword="null"/> when the request is answered.</summary>
    private async ValueTask<byte[]?> ReadBodyAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.ContentLength > _options.MaxBodyBytes)
        {
            await RefuseSizeAsync(context).ConfigureAwait(false);
            return null;
        }

        if (!IsJson(request.ContentType))
        {
            await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "The body must be application/json.").ConfigureAwait(false);
            return null;
        }

        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            if (read.Buffer.Length > _options.MaxBodyBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                await RefuseSizeAsync(context).ConfigureAwait(false);
                return null;
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private Task RefuseSizeAsync(HttpContext context)
    {
        if (_metrics.Refused(FanfareMetrics.Limit.MessageBytes))
        {
            Log.BodyTooLarge(_logger, _options.MaxBodyBytes);
        }

        // Whatever of the body is still to come is not worth reading.
        context.Response.Headers.Connection = HttpProtocol.IsHttp11(context.Request.Protocol) ? "close" : default;
        return RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, $"The body may have {_options.MaxBodyBytes} bytes.");
    }

    private async Task PublishAsync(HttpContext context, User caller, PublishRequest request)
    {
        if (request.Id is not { } id)
        {
            await AnswerAsync(context, await EmitAsync(request).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }

        var digest = request.Digest();
        if (_ids.TryBegin(caller.Id, id, digest, out var entry))
        {
            await AnswerAsync(context, await EmitOnceAsync(request, entry!).ConfigureAwait(false)).ConfigureAwait(false);
        }
        else if (entry is null)
        {
            if (_metrics.Refused("publish_ids"))
            {
                Log.TooManyIds(_logger, _options.MaxIds);
            }

            context.Response.Headers.RetryAfter = "10";
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "No more ids can be remembered now.").ConfigureAwait(false);
        }
        else if (!entry.Digest.AsSpan().SequenceEqual(digest))
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict, "Something else was published under this id.").ConfigureAwait(false);
        }
        else
        {
            await AnswerAsync(context, await entry.Answer.Task.ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private async Task<string?> EmitOnceAsync(PublishRequest request, PublishIds.Entry entry)
    {
        try
        {
            var cursor = await EmitAsync(request).ConfigureAwait(false);
            PublishIds.Complete(entry, cursor);
            return cursor;
        }
        catch (Exception exception)
        {
            _ids.Fail(entry, exception);
            throw;
        }
    }

    private async ValueTask<string?> EmitAsync(PublishRequest request)
    {
        var cursor = await _namespace.To(request.Rooms).Except(request.Except)
            .EmitAsync(request.Event, new Arguments(request.Data, serializer: _serializer)).ConfigureAwait(false);
        return cursor?.ToString();
    }

    private static Task AnswerAsync(HttpContext context, string? cursor)
    {
        var body = new ArrayBufferWriter<byte>(64);
        body.Write("{\"cursor\":"u8);
        if (cursor is null)
        {
            body.Write("null"u8);
        }
        else
        {
            WireJson.WriteString(body, cursor);
        }

        body.Write("}"u8);
        return WriteAsync(context, StatusCodes.Status200OK, "application/json", body.WrittenMemory);
    }

    /// <summary>Answers with a problem that a person can read (RFC 9457).</summary>
    private static Task RefuseAsync(HttpContext context, int status, string detail)
    {
        var body = new ArrayBufferWriter<byte>(128);
        body.Write("{\"title\":"u8);
        WireJson.WriteString(body, Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status));
        body.Write(",\"status\":"u8);
        System.Buffers.Text.Utf8Formatter.TryFormat(status, body.GetSpan(8), out var length);
        body.Advance(length);
        body.Write(",\"detail\":"u8);
        WireJson.WriteString(body, detail);
        body.Write("}"u8);
        return WriteAsync(context, status, "application/problem+json", body.WrittenMemory);
    }

    private static async Task WriteAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        await response.BodyWriter.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    private static partial class Log
    {
        [LoggerMessage(611, LogLevel.Information, "A publish request was refused: its body is larger than {Limit} bytes.", EventName = "PublishBodyTooLarge")]
        public static partial void BodyTooLarge(ILogger logger, int limit);

        [LoggerMessage(612, LogLevel.Information, "A publish request was refused: {Limit} ids are remembered, and no more can be.", EventName = "TooManyPublishIds")]
        public static partial void TooManyIds(ILogger logger, int limit);
    }
}
