using System.Net;

namespace Fanfare.Chat.Configuration;

/// <summary>The chat's settings, read and checked once at start (<see cref="ChatOptionsReader"/>).</summary>
public sealed record ChatOptions
{
    /// <summary>Connection string of the database; its <c>Data Source</c> is an absolute path.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Absolute path of the database file.</summary>
    public required string DatabasePath { get; init; }

    /// <summary>The configured signing key; null means "made once and kept beside the database".</summary>
    public byte[]? JwtKey { get; init; }

    /// <summary>Origins of other sites whose pages may use the chat, as browsers write them.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Networks whose <c>X-Forwarded-*</c> headers are believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Whether an empty database gets the demo rooms.</summary>
    public bool SeedDemo { get; init; }

    /// <summary>Where traces and metrics are sent (OTLP); null for nowhere.</summary>
    public Uri? TelemetryEndpoint { get; init; }

    /// <summary>Sign-in: lifetimes, hashing, rate limits.</summary>
    public AuthOptions Auth { get; init; } = new();

    /// <summary>How long a user without a connection still counts as online. Default 2 s.</summary>
    public TimeSpan OfflineDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Open connections per user. Default 20.</summary>
    public int ConnectionsPerUser { get; init; } = 20;

    /// <summary>Open connections per client address. Default 200.</summary>
    public int ConnectionsPerAddress { get; init; } = 200;

    /// <summary>Messages per second that a connection may send without being read more slowly. Default 50.</summary>
    public int MessagesPerSecond { get; init; } = 50;
}
