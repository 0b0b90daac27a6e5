namespace Fanfare;

/// <summary>How one namespace behaves. Change it before the first connection.</summary>
public sealed class NamespaceOptions
{
    /// <summary>Whether wires that want to know who comes (the plain wire, event streams) serve clients that have not said so. Socket.IO asks the authenticator alone. Default false.</summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>What the log keeps.</summary>
    public HistoryLimits History { get; } = new();

    /// <summary>Whether and how long lost sessions can be continued.</summary>
    public RecoveryOptions Recovery { get; } = new();

    /// <summary>What one connection may ask for.</summary>
    public ConnectionLimits Limits { get; } = new();
}
