using Microsoft.AspNetCore.Http;

namespace Fanfare.AspNetCore;

/// <summary>Which web pages may open connections: those of the same origin, listed ones, and what is no browser. Immutable.</summary>
/// <remarks>Product, section 10 "Origin". A browser always tells the origin of a page that opens a WebSocket or posts; comparing is exact.</remarks>
public sealed class OriginPolicy
{
    private readonly HashSet<string> _allowed;

    /// <summary>Makes a policy.</summary>
    /// <param name="allowed">Origins besides the same one, as <c>scheme://host[:port]</c>.</param>
    /// <exception cref="ArgumentException">An entry is no origin; <c>*</c> is none.</exception>
    public OriginPolicy(IEnumerable<string> allowed)
    {
        _allowed = new HashSet<string>(allowed.Select(static origin => Normalize(origin)
            ?? throw new ArgumentException($"\"{origin}\" is no origin; write scheme://host[:port], without a path, and no *.", nameof(allowed))), StringComparer.Ordinal);
    }

    /// <summary>Whether a request passes.</summary>
    /// <remarks>
    /// Without <c>Origin</c> it is usually no browser, and passes. Where its user came from a cookie, though, a POST or a WebSocket
    /// must tell its origin, and nothing may come from another site: a browser sends cookies along with requests the user did not mean.
    /// </remarks>
    public bool Allows(HttpRequest request) => Allows(request, IsUserFromCookie(request));

    /// <summary>As <see cref="Allows(HttpRequest)"/>, for a wire that knows by itself whether the user comes from a cookie.</summary>
    public bool Allows(HttpRequest request, bool isUserFromCookie)
    {
        var values = request.Headers.Origin;
        if (values.Count == 0)
        {
            return !isUserFromCookie
                || (HttpMethods.IsGet(request.Method) && !WebSocketUpgrade.IsWebSocketRequest(request.HttpContext)
                    && !string.Equals(request.Headers["Sec-Fetch-Site"], "cross-site", StringComparison.OrdinalIgnoreCase));
        }

        return values.Count == 1 && Normalize(values[0]) is { } origin
            && (_allowed.Contains(origin) || origin == Normalize($"{request.Scheme}://{request.Host.Value}"));
    }

    /// <summary>Whether a text is an origin that can be listed.</summary>
    public static bool IsOrigin(string? origin) => Normalize(origin) is not null;

    /// <summary>Whether an origin other than the same one is listed.</summary>
    public bool Lists(string? origin) => Normalize(origin) is { } normalized && _allowed.Contains(normalized);

    /// <summary>Whether ASP.NET Core's own authentication took the user from a cookie.</summary>
    internal static bool IsUserFromCookie(HttpRequest request) =>
        request.Headers.Cookie.Count > 0 && request.Headers.Authorization.Count == 0 && RequestReader.UserOf(request.HttpContext) is not null;

    /// <summary>Scheme, host and port in lower case, without the scheme's own port; <see langword="null"/> when the text is no origin.</summary>
    private static string? Normalize(string? origin)
    {
        if (string.IsNullOrEmpty(origin) || origin.Any(static c => c is <= ' ' or >= '\u007f' or '\\' or '@' or '?' or '#' or '*')
            || !Uri.TryCreate(origin, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            return null;
        }

        var afterScheme = origin.AsSpan(uri.Scheme.Length + 3);
        return afterScheme.IsEmpty || afterScheme.Contains('/') || afterScheme[^1] == ':' || uri.HostNameType == UriHostNameType.Unknown
            ? null
            : uri.IsDefaultPort ? $"{uri.Scheme}://{uri.Host}" : $"{uri.Scheme}://{uri.Host}:{uri.Port}";
    }
}
