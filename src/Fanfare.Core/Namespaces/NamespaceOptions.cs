namespace Fanfare;

/// <summary>How one namespace behaves. Change it before the first connection.</summary>
public sealed class NamespaceOptions
{
    /// <summary>What the log keeps.</summary>
    public HistoryLimits History { get; } = new();

    /// <summary>Whether and how long lost sessions can be continued.</summary>
    public RecoveryOptions Recovery { get; } = new();

    /// <summary>What one connection may ask for.</summary>
    public ConnectionLimits Limits { get; } = new();
}
