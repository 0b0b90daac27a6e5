namespace Fanfare;

/// <summary>A session that a new connection may continue: found, of the same user, and with nothing missing from its log.</summary>
public sealed class Continuation
{
    internal Continuation(Session session, int turn, Connection? stale, IReadOnlyList<string> rooms, IReadOnlyList<string> denied, EventId after)
    {
        Session = session;
        Turn = turn;
        Stale = stale;
        Rooms = rooms;
        Denied = denied;
        After = after;
    }

    /// <summary>The id that the connection had, and will have again.</summary>
    public string ConnectionId => Session.ConnectionId;

    internal Session Session { get; }

    /// <summary>How often the session had been continued then.</summary>
    internal int Turn { get; }

    /// <summary>The connection that had the session then, when nobody had been told of its end.</summary>
    internal Connection? Stale { get; }

    /// <summary>The rooms it may be in again.</summary>
    internal IReadOnlyList<string> Rooms { get; }

    /// <summary>The rooms that it had and may not be in any more.</summary>
    internal IReadOnlyList<string> Denied { get; }

    /// <summary>The position after which it misses events.</summary>
    internal EventId After { get; }
}
