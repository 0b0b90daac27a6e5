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
        var count = 0;
        foreach (var (name, values) in request.Headers)
        {
            headers[count++] = new(LowerCase.GetValueOrDefault(name) ?? name.ToLowerInvariant(), values.Count == 1 ? values[0]! : string.Join(", ", (IEnumerable<string?>)values));
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
                value = pair.DecodeValue().ToString();
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
        var query = new List<KeyValuePair<string, string>>(4);
        foreach (var pair in new QueryStringEnumerable(request.QueryString.Value))
        {
            var entry = KeyValuePair.Create(NameOf(pair.DecodeName().Span), pair.DecodeValue().ToString());
            var known = query.FindIndex(other => other.Key == entry.Key);
            if (known < 0)
            {
                query.Add(entry);
            }
            else
            {
                query[known] = entry;
            }
        }

        return [.. query];
    }

    private static string NameOf(ReadOnlySpan<char> name) => name switch
    {
        "EIO" => "EIO",
        "transport" => "transport",
        "sid" => "sid",
        "t" => "t",
        _ => name.ToString(),
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
