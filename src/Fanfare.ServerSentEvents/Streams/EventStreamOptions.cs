using Microsoft.AspNetCore.Http;

namespace Fanfare.ServerSentEvents;

/// <summary>Options of one mapping of event streams. Read when it is mapped.</summary>
public sealed class EventStreamOptions
{
    /// <summary>Whether requests of foreign origins are refused with 403. Default true. Turn it off only where something in front checks.</summary>
    public bool CheckOrigin { get; set; } = true;

    /// <summary>Origins besides the same one, as <c>scheme://host[:port]</c>; their pages may read streams. Default none.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Whether pages of <see cref="AllowedOrigins"/> may send cookies along. Default false.</summary>
    public bool AllowCredentials { get; set; }

    /// <summary>The name of a cookie that holds the token, for a browser's <c>EventSource</c>, which can set no header. Default none.</summary>
    public string? CookieName { get; set; }

    /// <summary>Whether the token may come as the query key <c>access_token</c>. Default false, since URLs are written to logs on their way.</summary>
    /// <remarks>
    /// It is taken out of the request as soon as it is read. The lines that ASP.NET Core writes for each request show the URL before that, so with this option
    /// they (<c>Microsoft.AspNetCore.Hosting.Diagnostics</c>) are written from warnings on only. Proxies and logs of your own are yours to mind.
    /// </remarks>
    public bool AllowQueryToken { get; set; }

    /// <summary>How long a client should wait before it comes back; <see langword="null"/> leaves it to the client. Default 2 s.</summary>
    public TimeSpan? RetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>After how long without an event a comment is sent. Default 30 s.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>With how many open connections, on all wires that have such a limit, an address is answered 429 here. Default 200; zero: no limit, and none is counted.</summary>
    public int MaxConnectionsPerAddress { get; set; } = 200;

    /// <summary>After how long without the peer's acknowledgement its connection counts as broken, where the platform offers it. Default 15 s; zero leaves it to the platform.</summary>
    public TimeSpan AcknowledgementTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether events may be written straight to the connection's socket where that is safe. Default true. Turn it off when a connection middleware of your own replaces the transport.</summary>
    public bool AllowDirectWrites { get; set; } = true;

    /// <summary>Whether a user may read the stream of another one (<c>/user/{id}</c>). Default nobody may.</summary>
    public Func<User, string, ValueTask<bool>>? AllowUser { get; set; }

    /// <summary>
    /// Says which rooms a request reads, from its route or whatever else. The mapped route is then the only one, and the namespace's room policy is
    /// asked about each room as ever. No rooms: 404. Default none.
    /// </summary>
    public Func<HttpContext, IReadOnlyList<string>>? Rooms { get; set; }

    /// <summary>Throws when an option cannot work, with a text that names it.</summary>
    internal void Validate()
    {
        Require(KeepAliveInterval >= TimeSpan.FromMilliseconds(100), nameof(KeepAliveInterval), KeepAliveInterval, "it must be at least 00:00:00.1000000 (default 00:00:30)");
        Require(RetryDelay is null || RetryDelay >= TimeSpan.Zero, nameof(RetryDelay), RetryDelay, "it must not be negative (default 00:00:02)");
        Require(MaxConnectionsPerAddress >= 0, nameof(MaxConnectionsPerAddress), MaxConnectionsPerAddress, "it must not be negative (default 200; 0: no limit)");
        Require(
            AcknowledgementTimeout >= TimeSpan.Zero && AcknowledgementTimeout.TotalMilliseconds <= int.MaxValue,
            nameof(AcknowledgementTimeout),
            AcknowledgementTimeout,
            "it must be between zero and 24 days (default 00:00:15; 0: the platform's own)");
        Require(CookieName is null || IsCookieName(CookieName), nameof(CookieName), CookieName, "it must be a name that a cookie can have (default none)");
        foreach (var origin in AllowedOrigins)
        {
            Require(AspNetCore.OriginPolicy.IsOrigin(origin), nameof(AllowedOrigins), origin, "it must be scheme://host[:port], without a path, and no *");
        }
    }

    private static void Require(bool isGood, string name, object? value, string allowed)
    {
        if (!isGood)
        {
            throw new ArgumentException($"{nameof(EventStreamOptions)}.{name} is {value}; {allowed}.");
        }
    }

    private static bool IsCookieName(string name) => name.Length > 0 && name.All(static c => c is > ' ' and < '\u007f' && !"()<>@,;:\\\"/[]?={}".Contains(c));
}
