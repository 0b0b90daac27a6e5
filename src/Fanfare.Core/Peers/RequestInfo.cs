using System.Security.Claims;

namespace Fanfare;

/// <summary>The request that opened a connection, kept small: it lives as long as the connection. Immutable.</summary>
/// <param name="headers">Names in lower case with their values, in the order they came.</param>
/// <param name="query">The query's keys and values, decoded; of several values the last.</param>
/// <param name="url">Path with query, as it came.</param>
/// <param name="address">The peer's address.</param>
/// <param name="time">When the request came.</param>
/// <param name="isSecure">Whether it came over TLS, as far as trusted proxies tell.</param>
/// <param name="principal">The user of the request itself.</param>
public sealed class RequestInfo(
    KeyValuePair<string, string>[] headers,
    KeyValuePair<string, string>[] query,
    string url,
    string address,
    DateTimeOffset time,
    bool isSecure,
    ClaimsPrincipal? principal)
{
    /// <summary>Names in lower case with their values.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; } = headers;

    /// <summary>The query's keys and values, decoded.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Query { get; } = query;

    /// <summary>Path with query, as it came.</summary>
    public string Url { get; } = url;

    /// <summary>The peer's address.</summary>
    public string Address { get; } = address;

    /// <summary>When the request came.</summary>
    public DateTimeOffset Time { get; } = time;

    /// <summary>Whether it came over TLS.</summary>
    public bool IsSecure { get; } = isSecure;

    /// <summary>The user of the request itself, as ASP.NET Core's authentication found it.</summary>
    public ClaimsPrincipal? Principal { get; } = principal;

    /// <summary>The value of the header with this name (any case), or <see langword="null"/>.</summary>
    public string? Header(string name) => Find(headers, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The value of the query key with this name (exact case), or <see langword="null"/>.</summary>
    public string? QueryValue(string name) => Find(query, name, StringComparison.Ordinal);

    private static string? Find(KeyValuePair<string, string>[] pairs, string name, StringComparison comparison)
    {
        foreach (var pair in pairs)
        {
            if (string.Equals(pair.Key, name, comparison))
            {
                return pair.Value;
            }
        }

        return null;
    }
}
