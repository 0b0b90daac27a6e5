using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Fanfare.ServerSentEvents;

/// <summary>Takes from a request's target, as it came, what a client names in it.</summary>
internal static class StreamTarget
{
    /// <summary>The last segment of the path, decoded once; false when its escapes are broken or it is not what the route was matched with.</summary>
    /// <param name="context">The request.</param>
    /// <param name="routeValue">What the route has in its place: to see that both mean the same segment.</param>
    /// <param name="segment">The segment.</param>
    public static bool TryGetLastSegment(HttpContext context, string routeValue, out string segment)
    {
        var path = PathOf(context);
        path = path.EndsWith('/') ? path[..^1] : path;
        return PercentText.TryDecode(path[(path.LastIndexOf('/') + 1)..], isQuery: false, out segment)
            && IsSame(segment, routeValue);
    }

    /// <summary>Adds the values of a query key, each decoded once; false when an escape is broken.</summary>
    public static bool TryAddQueryValues(HttpContext context, string key, List<string> values)
    {
        foreach (var pair in new QueryStringEnumerable(context.Request.QueryString.Value))
        {
            if (!pair.DecodeName().Span.SequenceEqual(key))
            {
                continue;
            }

            if (!PercentText.TryDecode(pair.EncodedValue.Span, isQuery: true, out var value))
            {
                return false;
            }

            values.Add(value);
        }

        return true;
    }

    /// <summary>Takes a query key out of the request, so that nobody after this sees or logs it.</summary>
    /// <returns>Its last value, or an empty text.</returns>
    public static string TakeQueryValue(HttpContext context, string key)
    {
        var request = context.Request;
        var query = request.QueryString.Value;
        if (string.IsNullOrEmpty(query))
        {
            return string.Empty;
        }

        var value = string.Empty;
        var isFound = false;
        var rest = new System.Text.StringBuilder();
        foreach (var pair in new QueryStringEnumerable(query))
        {
            if (pair.DecodeName().Span.SequenceEqual(key))
            {
                isFound = true;
                value = pair.DecodeValue().ToString();
                continue;
            }

            rest.Append(rest.Length == 0 ? '?' : '&').Append(pair.EncodedName.Span).Append('=').Append(pair.EncodedValue.Span);
        }

        if (isFound)
        {
            request.QueryString = new QueryString(rest.Length == 0 ? null : rest.ToString());
            if (context.Features.Get<IHttpRequestFeature>() is { } feature)
            {
                var target = feature.RawTarget;
                var mark = target.IndexOf('?');
                feature.RawTarget = mark < 0 ? target : string.Concat(target.AsSpan(0, mark), rest.ToString());
            }
        }

        return value;
    }

    /// <summary>The path as it came; of a whole URL as target that part.</summary>
    private static ReadOnlySpan<char> PathOf(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (string.IsNullOrEmpty(target))
        {
            return (context.Request.PathBase + context.Request.Path).ToUriComponent();
        }

        var path = target.AsSpan();
        if (path[0] != '/' && path.IndexOf("://") is > 0 and var scheme)
        {
            var authority = path[(scheme + 3)..];
            path = authority.IndexOf('/') is >= 0 and var start ? authority[start..] : "/";
        }

        return path.IndexOfAny('?', '#') is >= 0 and var end ? path[..end] : path;
    }

    /// <summary>The route's value still has <c>%2F</c>, whichever of the two it was.</summary>
    private static bool IsSame(string segment, string routeValue) =>
        string.Equals(segment.Replace("/", "%2F", StringComparison.Ordinal), routeValue, StringComparison.OrdinalIgnoreCase);
}
