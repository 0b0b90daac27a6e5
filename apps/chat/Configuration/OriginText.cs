using System.Buffers;

namespace Fanfare.Chat.Configuration;

/// <summary>Origins as text: <c>scheme://host[:port]</c>, as browsers write them (RFC 6454, section 6.2).</summary>
public static class OriginText
{
    private static readonly SearchValues<char> NotInAuthority = SearchValues.Create("/?#@\\*");

    /// <summary>The browser's spelling of an origin (lower case, no default port), or null when the text is none.</summary>
    public static string? Normalize(string text)
    {
        var separator = text.IndexOf("://", StringComparison.Ordinal);
        if (separator < 1 || text.EndsWith(':') || text.AsSpan(separator + 3).IndexOfAny(NotInAuthority) >= 0 || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || !string.IsNullOrEmpty(uri.UserInfo))
        {
            return null;
        }

        var port = uri.IsDefaultPort || uri.Port < 0 ? "" : $":{uri.Port}";
        var host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;
        return $"{uri.Scheme}://{host.ToLowerInvariant()}{port}";
    }

    /// <summary>The origin of a request's own address, or null when its host is malformed.</summary>
    public static string? Of(string scheme, HostString host) => host.HasValue ? Normalize($"{scheme}://{host.Value}") : null;
}
