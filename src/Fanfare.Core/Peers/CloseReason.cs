namespace Fanfare;

/// <summary>Why a connection ended: the text that handlers and logs see, and what follows from it. Each transport maps it to its wire.</summary>
/// <remarks>Texts of Socket.IO are those of its servers ("Disconnect reasons"); the rest are Fanfare's own.</remarks>
public sealed class CloseReason
{
    private CloseReason(string text, bool isRecoverable)
    {
        Text = text;
        IsRecoverable = isRecoverable;
    }

    /// <summary>The client left the namespace.</summary>
    public static CloseReason ClientDisconnect { get; } = new("client namespace disconnect", false);

    /// <summary>The application ended the connection.</summary>
    public static CloseReason ServerDisconnect { get; } = new("server namespace disconnect", false);

    /// <summary>The server is going down; the client should come back, here or elsewhere.</summary>
    public static CloseReason ServerShuttingDown { get; } = new("server shutting down", true);

    /// <summary>The application closed the transport under all its namespaces.</summary>
    public static CloseReason ForcedServerClose { get; } = new("forced server close", true);

    /// <summary>The server closed the connection: a broken rule, or a session that was taken over.</summary>
    public static CloseReason ForcedClose { get; } = new("forced close", true);

    /// <summary>The peer or the network closed the transport.</summary>
    public static CloseReason TransportClose { get; } = new("transport close", true);

    /// <summary>A rule of the transport was broken.</summary>
    public static CloseReason TransportError { get; } = new("transport error", true);

    /// <summary>No answer to a heartbeat in time.</summary>
    public static CloseReason PingTimeout { get; } = new("ping timeout", true);

    /// <summary>A packet of the transport could not be read.</summary>
    public static CloseReason ParseError { get; } = new("parse error", false);

    /// <summary>The reader was too slow for what was sent to it.</summary>
    public static CloseReason SlowConsumer { get; } = new("slow consumer", true);

    /// <summary>The proof of identity ended.</summary>
    public static CloseReason Expired { get; } = new("expired", false);

    /// <summary>The client sent more than it may, for longer than is tolerated.</summary>
    public static CloseReason RateLimited { get; } = new("rate limited", false);

    /// <summary>Something that was meant for the connection is lost: the client has to begin anew.</summary>
    public static CloseReason MessagesLost { get; } = new("messages lost", false);

    /// <summary>The client broke the rules of its wire too often.</summary>
    public static CloseReason ProtocolErrors { get; } = new("protocol errors", false);

    /// <summary>The client did not say in time who it is.</summary>
    public static CloseReason AuthenticationTimeout { get; } = new("authentication timeout", false);

    /// <summary>The application ended the connection for good.</summary>
    public static CloseReason Kicked { get; } = new("kicked", false);

    /// <summary>What handlers see, word for word.</summary>
    public string Text { get; }

    /// <summary>Whether a session that ended for this reason may be recovered.</summary>
    public bool IsRecoverable { get; }

    /// <summary>Returns <see cref="Text"/>.</summary>
    public override string ToString() => Text;
}
