using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Fanfare.AspNetCore;

/// <summary>Accepts WebSockets: HTTP/1.1 <c>Upgrade</c> (RFC 6455, section 4.2) and HTTP/2 extended <c>CONNECT</c> (RFC 8441).</summary>
public static class WebSocketUpgrade
{
    private const string Version = "13";

    /// <summary>Whether the client asks for a WebSocket, rightly or not; see <see cref="AcceptAsync"/>. An upgrade to anything else is no such request.</summary>
    public static bool IsWebSocketRequest(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
        {
            return string.Equals(connect.Protocol, "websocket", StringComparison.OrdinalIgnoreCase);
        }

        return context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
            && HasToken(context.Request.Headers.Upgrade, "websocket");
    }

    /// <summary>
    /// Accepts the WebSocket, or answers 400 (426 for another version of the protocol) and returns <see langword="null"/>.
    /// Headers already set on the response go out with the acceptance. The first offered sub-protocol is answered, no extension is.
    /// </summary>
    /// <param name="context">A request for which <see cref="IsWebSocketRequest"/> holds.</param>
    /// <param name="allowDirectWrites">Whether frames may go straight to the socket where that is possible.</param>
    public static async ValueTask<WebSocketTransport?> AcceptAsync(HttpContext context, bool allowDirectWrites = true)
    {
        ArgumentNullException.ThrowIfNull(context);
        var connect = context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } feature ? feature : null;
        if (FindFault(context, connect is not null) is { } fault)
        {
            await RefuseAsync(context, fault).ConfigureAwait(false);
            return null;
        }

        LongRequest.Unbind(context);
        var headers = context.Response.Headers;
        if (FirstToken(context.Request.Headers.SecWebSocketProtocol) is { } protocol)
        {
            headers.SecWebSocketProtocol = protocol;
        }

        var lifetime = context.Features.Get<IHttpRequestLifetimeFeature>();
        if (connect is not null)
        {
            return new WebSocketTransport(await connect.AcceptAsync().ConfigureAwait(false), direct: null, lifetime);
        }

        headers.Upgrade = "websocket";
        headers.Connection = HeaderNames.Upgrade;
        headers.SecWebSocketAccept = Answer(context.Request.Headers.SecWebSocketKey.ToString().Trim());
        var pipe = ConnectionTransport.FindPipe(context);
        var direct = allowDirectWrites ? ResponseSocket.FindForUpgrade(context) : null;
        var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);
        direct?.NoteUpgrade(context.Response);
        return new WebSocketTransport(stream, direct, lifetime, pipe?.Input);
    }

    private static string? FindFault(HttpContext context, bool isConnect)
    {
        var headers = context.Request.Headers;
        if (!IsWebSocketRequest(context))
        {
            return "A WebSocket request is expected.";
        }

        if (!isConnect && !HttpMethods.IsGet(context.Request.Method))
        {
            return "A WebSocket request uses GET.";
        }

        if (!isConnect && !HasToken(headers.Connection, HeaderNames.Upgrade))
        {
            return "A WebSocket request has the header Connection: Upgrade.";
        }

        if (headers.SecWebSocketVersion.ToString().Trim() != Version)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.SecWebSocketVersion = Version;
            return "Version 13 of the WebSocket protocol is spoken here.";
        }

        return isConnect || IsKey(headers.SecWebSocketKey) ? null : "Sec-WebSocket-Key must be 16 bytes in base64.";
    }

    private static Task RefuseAsync(HttpContext context, string fault)
    {
        var response = context.Response;
        if (response.StatusCode == StatusCodes.Status200OK)
        {
            response.StatusCode = StatusCodes.Status400BadRequest;
        }

        response.ContentType = "text/plain; charset=utf-8";
        if (HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            // The client may have sent frames already; what follows on this connection is not HTTP.
            response.Headers.Connection = "close";
        }

        return response.WriteAsync(fault, context.RequestAborted);
    }

    private static string Answer(string key)
    {
        Span<byte> text = stackalloc byte[24 + 36];
        Encoding.ASCII.GetBytes(key, text);
        "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8.CopyTo(text[24..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 6455, section 4.2.2: SHA-1 only proves here that the server speaks WebSocket.
        SHA1.HashData(text, hash);
#pragma warning restore CA5350
        return Convert.ToBase64String(hash);
    }

    private static bool IsKey(StringValues values) =>
        values.Count == 1
        && values.ToString().Trim() is { Length: 24 } key
        && Base64.IsValid(key, out var length)
        && length == 16;

    private static string? FirstToken(StringValues values)
    {
        foreach (var value in values)
        {
            var rest = value.AsSpan();
            foreach (var range in rest.Split(','))
            {
                if (rest[range].Trim() is { IsEmpty: false } token)
                {
                    return token.ToString();
                }
            }
        }

        return null;
    }

    private static bool HasToken(StringValues values, string token)
    {
        foreach (var value in values)
        {
            var rest = value.AsSpan();
            foreach (var range in rest.Split(','))
            {
                if (rest[range].Trim().Equals(token, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
