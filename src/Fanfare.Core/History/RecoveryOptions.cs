namespace Fanfare;

/// <summary>Whether and how long a lost session can be continued.</summary>
/// <remarks>Socket.IO v5, "Connection state recovery". Clients see the position as a last argument of each event, so it is off unless enabled.</remarks>
public sealed class RecoveryOptions
{
    /// <summary>Whether sessions can be continued. Default false.</summary>
    public bool IsEnabled { get; set; }

    /// <summary>How long a lost session is kept. Default 2 minutes.</summary>
    public TimeSpan MaxDisconnectionDuration { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Whether a continued session passes the namespace's middlewares again; its authenticator runs in any case. Default true: they are skipped.</summary>
    public bool SkipMiddlewares { get; set; } = true;

    /// <summary>Lost sessions kept per namespace; the oldest go. Default 10,000.</summary>
    public int MaxSessions { get; set; } = 10_000;

    /// <summary>Lost sessions kept per user; the oldest go. Default 20.</summary>
    public int MaxSessionsPerUser { get; set; } = 20;
}
