using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

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

        var query = new KeyValuePair<string, string>[request.Query.Count];
        count = 0;
        foreach (var (name, values) in request.Query)
        {
            query[count++] = new(name, values.Count > 0 ? values[^1]! : string.Empty);
        }

        return new RequestInfo(
            headers, query, TargetOf(context), AddressOf(context), time.GetUtcNow(), request.IsHttps, context.User.Identity?.IsAuthenticated == true ? context.User : null);
    }

    /// <summary>The peer's address as text; an IPv4 address that came mapped into IPv6 as itself.</summary>
    public static string AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return address is null ? string.Empty : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }

    /// <summary>Path with query as it came; of a whole URL as target that part.</summary>
    private static string TargetOf(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        return !string.IsNullOrEmpty(target) && target[0] == '/'
            ? target
            : context.Request.PathBase + context.Request.Path + context.Request.QueryString;
    }
}
