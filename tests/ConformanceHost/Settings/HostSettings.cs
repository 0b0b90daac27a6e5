namespace ConformanceHost.Settings;

/// <summary>The settings of one run, read and checked.</summary>
public sealed record HostSettings
{
    public required IReadOnlyList<Uri> Urls { get; init; }

    public required Profile Profile { get; init; }

    public required TimeSpan PingInterval { get; init; }

    public required TimeSpan PingTimeout { get; init; }

    public required int MaxPayloadBytes { get; init; }

    public required TimeSpan UpgradeTimeout { get; init; }

    public required TimeSpan ConnectTimeout { get; init; }

    public required bool Polling { get; init; }

    public required bool WebSocket { get; init; }

    public required bool AllowUpgrades { get; init; }

    public required TimeSpan HandshakeDelay { get; init; }

    public required IReadOnlyList<string> CorsOrigins { get; init; }

    public required string? Cookie { get; init; }

    public required bool ExtraHeaders { get; init; }

    /// <summary>How long a lost session can be continued; zero: recovery is off. Unset: off, but for the room on every wire.</summary>
    public required TimeSpan? Recovery { get; init; }

    public required bool RecoverySkipMiddlewares { get; init; }

    public required string ServerId { get; init; }

    public required int WsMaxMessageBytes { get; init; }

    public required int? H2Port { get; init; }

    public required TimeSpan SseKeepAlive { get; init; }

    public required TimeSpan? SseRetry { get; init; }

    public required int SseHistory { get; init; }

    public required int HistoryCount { get; init; }

    public required TimeSpan HistoryAge { get; init; }

    public required int OutboxBytes { get; init; }
}
