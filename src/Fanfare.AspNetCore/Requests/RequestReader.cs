using System.Collections.Frozen;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.AspNetCore.WebUtilities;

namespace Fanfare.AspNetCore;

/// <summary>Takes from a request what a connection keeps of it.</summary>
public static class RequestReader
{
    /// <summary>Lower-case names that most clients send, so that connections share them.</summary>
    private static readonly FrozenDictionary<string, string> LowerCase = new[]
    {
        "accept", "accept-encoding", "accept-language", "authorization", "cache-control", "connection", "content-length", "content-type", "cookie",
        "host", "origin", "pragma", "referer", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "sec-websocket-extensions", "sec-websocket-key",
        "sec-websocket-protocol", "sec-websocket-version", "upgrade", "user-agent", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto",
    }.ToFrozenDictionary(static name => name, static name => name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads headers, query, address, scheme and user of a request.</summary>
    public static RequestInfo Read(HttpContext context, TimeProvider time)
    {
        var request = context.Request;
        var headers = new KeyValuePair<string, string>[request.Headers.Count];
        using (var fields = new HeaderFields(request.Headers))
        {
            for (var i = 0; i < headers.Length; i++)
            {
                var (name, values) = fields.Span[i];
                headers[i] = new(LowerCase.GetValueOrDefault(name) ?? name.ToLowerInvariant(), values.Count == 1 ? values[0]! : string.Join(", ", (IEnumerable<string?>)values));
            }
        }

        return new RequestInfo(headers, QueryOf(request), TargetOf(context), AddressOf(context), time.GetUtcNow(), request.IsHttps, UserOf(context));
    }

    /// <summary>The user of a request, or <see langword="null"/>. Unlike <see cref="HttpContext.User"/> it makes no empty principal, which would live as long as a connection.</summary>
    public static ClaimsPrincipal? UserOf(HttpContext context) =>
        context.Features.Get<IHttpAuthenticationFeature>()?.User is { Identity.IsAuthenticated: true } user ? user : null;

    /// <summary>The last value of a query key, or an empty text. Unlike <see cref="HttpRequest.Query"/> it makes no dictionary, which would live as long as a connection.</summary>
    public static string QueryValue(HttpRequest request, string name)
    {
        var value = string.Empty;
        foreach (var pair in new QueryStringEnumerable(request.QueryString.Value))
        {
            if (pair.DecodeName().Span.SequenceEqual(name))
            {
                value = TextOf(pair.DecodeValue().Span);
            }
        }

        return value;
    }

    /// <summary>The peer's address as text; an IPv4 address that came mapped into IPv6 as itself.</summary>
    public static string AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return address is null ? string.Empty : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }

    private static KeyValuePair<string, string>[] QueryOf(HttpRequest request)
    {
        var pairs = new QueryStringEnumerable(request.QueryString.Value);
        var length = 0;
        foreach (var pair in pairs)
        {
            length++;
        }

        var query = length == 0 ? [] : new KeyValuePair<string, string>[length];
        var count = 0;
        foreach (var pair in pairs)
        {
            var name = pair.DecodeName().Span;
            var index = 0;
            while (index < count && !name.SequenceEqual(query[index].Key))
            {
                index++;
            }

            query[index] = new(TextOf(name), TextOf(pair.DecodeValue().Span));
            count = Math.Max(count, index + 1);
        }

        return count == length ? query : query[..count];
    }

    /// <summary>Names and values that most clients send are shared by all connections.</summary>
    private static string TextOf(ReadOnlySpan<char> text) => text switch
    {
        "" => "",
        "EIO" => "EIO",
        "4" => "4",
        "transport" => "transport",
        "polling" => "polling",
        "websocket" => "websocket",
        "sid" => "sid",
        "t" => "t",
        _ => text.ToString(),
    };

    /// <summary>Path with query as it came; of a whole URL as target that part.</summary>
    private static string TargetOf(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        return !string.IsNullOrEmpty(target) && target[0] == '/'
            ? target
            : context.Request.PathBase + context.Request.Path + context.Request.QueryString;
    }
}
