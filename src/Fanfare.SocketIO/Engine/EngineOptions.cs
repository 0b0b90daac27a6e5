using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;

namespace Fanfare.SocketIO;

/// <summary>Options of an Engine.IO endpoint.</summary>
public sealed class EngineOptions
{
    /// <summary>The name of the transport by HTTP requests.</summary>
    public const string Polling = "polling";

    /// <summary>The name of the transport by WebSocket.</summary>
    public const string WebSocket = "websocket";

    /// <summary>Time between heartbeats. Default 25 s.</summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>Time that a client has to answer one. Default 20 s.</summary>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Time that an upgrade to WebSocket may take. Default 10 s.</summary>
    public TimeSpan UpgradeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest body or WebSocket message in bytes. Default 1,000,000.</summary>
    public int MaxPayloadBytes { get; set; } = 1_000_000;

    /// <summary>The most frames that one WebSocket message may come in. Default 1,024.</summary>
    public int MaxFragments { get; set; } = 1024;

    /// <summary>The transports that clients may use. Default both.</summary>
    public ISet<string> Transports { get; } = new HashSet<string>(StringComparer.Ordinal) { Polling, WebSocket };

    /// <summary>Whether a session may go from polling to WebSocket. Default true.</summary>
    public bool AllowUpgrades { get; set; } = true;

    /// <summary>Bodies of polls from this size on are compressed when the client accepts it. Default 1,024 bytes; a negative value: never.</summary>
    public int CompressionThreshold { get; set; } = 1024;

    /// <summary>The name of a cookie with the session id that goes with the handshake, for load balancers. Default none.</summary>
    public string? CookieName { get; set; }

    /// <summary>Whether requests of foreign origins are refused with 403. Default true. Turn it off only where something in front checks.</summary>
    public bool CheckOrigin { get; set; } = true;

    /// <summary>Origins besides the same one, as <c>scheme://host[:port]</c>; their pages may connect with credentials. Default none.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>The CORS answer, instead of the one that follows from <see cref="AllowedOrigins"/>. Default none.</summary>
    public CorsPolicy? Cors { get; set; }

    /// <summary>Asked before a session begins: a text refuses the request with 403, <see langword="null"/> lets it pass. Default none.</summary>
    /// <remarks>What it leaves on the request, such as the dictionary of <see cref="HttpRequest.Query"/>, stays in memory as long as the WebSocket that follows.</remarks>
    public Func<HttpContext, ValueTask<string?>>? AllowRequest { get; set; }

    /// <summary>May add headers to the first response of a session. Default none.</summary>
    public Action<HttpContext>? InitialHeaders { get; set; }

    /// <summary>May add headers to every polling response and to the upgrade response. Default none.</summary>
    public Action<HttpContext>? Headers { get; set; }

    /// <summary>Messages a second from one client, in the long run. Default 50; zero: no limit.</summary>
    public double MaxMessagesPerSecond { get; set; } = 50;

    /// <summary>Messages that may come at once. Default 100.</summary>
    public double MessageBurst { get; set; } = 100;

    /// <summary>Bytes a second from one client, in the long run. Default 256 KiB; zero: no limit.</summary>
    public double MaxBytesPerSecond { get; set; } = 256 * 1024;

    /// <summary>How long a client may be over a rate without a break before it is closed. Default 10 s.</summary>
    public TimeSpan RateTolerance { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>With how many open connections, on all wires that have such a limit, an address gets no further session here. Default 200; zero: no limit, and none is counted.</summary>
    public int MaxConnectionsPerAddress { get; set; } = 200;

    /// <summary>Whether frames may be written straight to the socket, past the server's own buffers, where that is possible. Default true.</summary>
    public bool AllowDirectWrites { get; set; } = true;

    internal void Validate(string name, ICollection<string> failures)
    {
        Positive(PingInterval, nameof(PingInterval), "00:00:25");
        Positive(PingTimeout, nameof(PingTimeout), "00:00:20");
        Positive(UpgradeTimeout, nameof(UpgradeTimeout), "00:00:10");
        if (MaxPayloadBytes <= 0)
        {
            failures.Add($"{name}.{nameof(MaxPayloadBytes)} is {MaxPayloadBytes}; it must be above zero (default 1000000).");
        }

        if (Transports.Count == 0 || Transports.Any(static transport => transport is not (Polling or WebSocket)))
        {
            failures.Add($"{name}.{nameof(Transports)} is \"{string.Join(',', Transports)}\"; it must hold \"{Polling}\", \"{WebSocket}\" or both.");
        }

        if (Cors is { AllowAnyOrigin: true, SupportsCredentials: true } || AllowedOrigins.Contains("*"))
        {
            failures.Add($"{name} allows any origin together with credentials; list the origins in {nameof(AllowedOrigins)}.");
        }

        void Positive(TimeSpan value, string option, string standard)
        {
            if (value <= TimeSpan.Zero)
            {
                failures.Add($"{name}.{option} is {value}; it must be longer than zero (default {standard}).");
            }
        }
    }
}
