using Microsoft.Extensions.Logging;

namespace Fanfare;

/// <summary>What all connections of one namespace share on this node, so that none carries it alone.</summary>
public sealed class ConnectionScope
{
    /// <summary>The name of the namespace.</summary>
    public required string NamespaceName { get; init; }

    /// <summary>Who is in which room.</summary>
    public required RoomMap Rooms { get; init; }

    /// <summary>What broadcasts need.</summary>
    public required BroadcastScope Broadcasts { get; init; }

    /// <summary>The handlers that serve every connection.</summary>
    public required HandlerTable<Func<EventContext, ValueTask>> Handlers { get; init; }

    /// <summary>Deadlines.</summary>
    public required TimingWheel Wheel { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The limits of one connection.</summary>
    public required ConnectionLimits Limits { get; init; }

    /// <summary>Counters and gauges.</summary>
    public required FanfareMetrics Metrics { get; init; }

    /// <summary>Where handlers that throw are reported.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Whether sessions can be continued; then what is emitted to one connection goes through the log too.</summary>
    public required RecoveryOptions Recovery { get; init; }

    /// <summary>Puts a connection into a room with what it missed there.</summary>
    public Func<Connection, string, string, ValueTask<RoomJoin>>? Resume { get; set; }

    /// <summary>Told once when a connection is in its namespace, before anything that comes on it.</summary>
    public Action<Connection>? Started { get; set; }

    /// <summary>Told once when a connection came into a room.</summary>
    public Action<Connection, string>? Joined { get; set; }

    /// <summary>Told once when a connection left a room.</summary>
    public Action<Connection, string>? Left { get; set; }

    /// <summary>Told once when a connection ended, before its listeners are.</summary>
    public Action<Connection, CloseReason>? Ended { get; set; }

    /// <summary>Told once when all of the namespace were told that a connection ended and left its rooms: only its own listeners are still to be.</summary>
    internal Action<Connection, CloseReason, IReadOnlyList<string>>? Gone { get; set; }

    /// <summary>Asked when arguments do not fit a handler; true when it answered.</summary>
    public Func<EventContext, Exception, bool>? ArgumentsRefused { get; set; }
}
