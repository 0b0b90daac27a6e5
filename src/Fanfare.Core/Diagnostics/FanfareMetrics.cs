using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Fanfare;

/// <summary>Counters and gauges of all wires, on the meter <see cref="FanfareDiagnostics.Name"/>. Safe to use from any thread.</summary>
/// <remarks>Tags are few and bounded: transport, namespace, reason, limit; never a room, a user or a connection.</remarks>
public sealed class FanfareMetrics
{
    private readonly ConcurrentDictionary<string, long> _loggedAt = new(StringComparer.Ordinal);
    private readonly Meter _meter;
    private readonly UpDownCounter<long> _sessions;
    private readonly UpDownCounter<long> _connections;
    private readonly Histogram<double> _durations;
    private readonly Counter<long> _received;
    private readonly Counter<long> _broadcasts;
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _closes;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _recoveries;
    private readonly Counter<long> _busEvents;
    private readonly Counter<long> _busFailures;

    /// <summary>Makes the instruments.</summary>
    public FanfareMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(FanfareDiagnostics.Name);
        _meter = meter;
        _sessions = meter.CreateUpDownCounter<long>("fanfare.sessions.active", "{session}", "Transport sessions that are open.");
        _connections = meter.CreateUpDownCounter<long>("fanfare.connections.active", "{connection}", "Connections that are in a namespace.");
        _durations = meter.CreateHistogram<double>("fanfare.connection.duration", "s", "How long connections lasted.");
        _received = meter.CreateCounter<long>("fanfare.messages.received", "{message}", "Messages that came from clients.");
        _broadcasts = meter.CreateCounter<long>("fanfare.broadcasts", "{message}", "Broadcasts that were delivered on this node.");
        _deliveries = meter.CreateCounter<long>("fanfare.deliveries", "{message}", "Messages queued for connections.");
        _dropped = meter.CreateCounter<long>("fanfare.outbox.dropped", "{message}", "Volatile messages that a busy receiver missed.");
        _closes = meter.CreateCounter<long>("fanfare.closes", "{connection}", "Connections that ended, by reason.");
        _refused = meter.CreateCounter<long>("fanfare.limit.refused", "{refusal}", "What a limit refused, by limit.");
        _failures = meter.CreateCounter<long>("fanfare.handler.failures", "{failure}", "Handlers that threw or did not end in time.");
        _recoveries = meter.CreateCounter<long>("fanfare.recoveries", "{recovery}", "Attempts to continue a session, by outcome.");
        _busEvents = meter.CreateCounter<long>("fanfare.bus.published", "{event}", "Events that the application published on the bus.");
        _busFailures = meter.CreateCounter<long>("fanfare.bus.failures", "{failure}", "Events of the bus that a handler failed on or that did not fit its type, by reason.");
    }

    /// <summary>Counts a session in (1) or out (-1).</summary>
    public void Session(string transport, int change) => _sessions.Add(change, new KeyValuePair<string, object?>("transport", transport));

    /// <summary>Counts a connection in.</summary>
    public void Opened(string namespaceName) => _connections.Add(1, Namespace(namespaceName));

    /// <summary>Counts a connection out.</summary>
    public void Closed(string namespaceName, string reason, TimeSpan duration)
    {
        _connections.Add(-1, Namespace(namespaceName));
        _closes.Add(1, Namespace(namespaceName), new KeyValuePair<string, object?>("reason", reason));
        _durations.Record(duration.TotalSeconds, Namespace(namespaceName));
    }

    /// <summary>Counts messages from clients.</summary>
    public void Received(string transport, int count) => _received.Add(count, new KeyValuePair<string, object?>("transport", transport));

    /// <summary>Counts a broadcast and its receivers.</summary>
    public void Delivered(string namespaceName, int receivers)
    {
        _broadcasts.Add(1, Namespace(namespaceName));
        _deliveries.Add(receivers, Namespace(namespaceName));
    }

    /// <summary>Counts a volatile message that a busy receiver missed.</summary>
    public void Dropped() => _dropped.Add(1);

    /// <summary>Counts what a limit refused.</summary>
    /// <param name="limit">One of <see cref="Limit"/>.</param>
    /// <returns>Whether it is to be logged: about once a second for each limit, so that no client can flood the log.</returns>
    public bool Refused(string limit)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("limit", limit));
        return IsToBeLogged(limit);
    }

    /// <summary>Counts a handler that threw or did not end in time.</summary>
    public void HandlerFailed(string namespaceName) => _failures.Add(1, Namespace(namespaceName));

    /// <summary>Counts an attempt to continue a session.</summary>
    public void Recovered(string namespaceName, string outcome) =>
        _recoveries.Add(1, Namespace(namespaceName), new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>Counts an event that the application published on the bus.</summary>
    public void BusPublished() => _busEvents.Add(1);

    /// <summary>Counts a handler of the bus that threw.</summary>
    public void BusHandlerFailed() => _busFailures.Add(1, new KeyValuePair<string, object?>("reason", "handler"));

    /// <summary>Counts an event of the bus that a subscription could not read as its type.</summary>
    /// <returns>Whether it is to be logged: about once a second.</returns>
    public bool BusUnreadable()
    {
        _busFailures.Add(1, new KeyValuePair<string, object?>("reason", "unreadable"));
        return IsToBeLogged("bus_unreadable");
    }

    /// <summary>Adds a gauge that is read when somebody measures: a number per namespace.</summary>
    public void Observe(string name, string unit, string description, Func<IEnumerable<KeyValuePair<string, long>>> read) =>
        _meter.CreateObservableGauge(name, () => read().Select(static pair => new Measurement<long>(pair.Value, Namespace(pair.Key))), unit, description);

    private bool IsToBeLogged(string key)
    {
        var now = Environment.TickCount64;
        var last = _loggedAt.GetOrAdd(key, long.MinValue);
        return (last == long.MinValue || now - last >= 1000) && _loggedAt.TryUpdate(key, now, last);
    }

    private static KeyValuePair<string, object?> Namespace(string name) => new("namespace", name);

    /// <summary>The limits, as <c>fanfare.limit.refused</c> names them.</summary>
    public static class Limit
    {
        /// <summary>A message or body above the largest size.</summary>
        public const string MessageBytes = "message_bytes";

        /// <summary>Fragments of one message.</summary>
        public const string Fragments = "fragments";

        /// <summary>JSON that is too deep, has duplicate keys or is not UTF-8.</summary>
        public const string Json = "json";

        /// <summary>Attachments that are too many or do not come.</summary>
        public const string Attachments = "attachments";

        /// <summary>The outgoing queue: bytes, count or age.</summary>
        public const string Outbox = "outbox";

        /// <summary>No namespace joined in time.</summary>
        public const string ConnectTimeout = "connect_timeout";

        /// <summary>No proof of identity in time.</summary>
        public const string AuthenticationTimeout = "authentication_timeout";

        /// <summary>Broken rules of the plain wire in a time.</summary>
        public const string ProtocolErrors = "protocol_errors";

        /// <summary>Rooms of one connection.</summary>
        public const string Rooms = "rooms";

        /// <summary>Namespaces of one connection, asked for or joined.</summary>
        public const string Namespaces = "namespaces";

        /// <summary>Connections of one user.</summary>
        public const string ConnectionsPerUser = "connections_per_user";

        /// <summary>Connections of one address.</summary>
        public const string ConnectionsPerAddress = "connections_per_address";

        /// <summary>Messages or bytes in a time.</summary>
        public const string Rate = "rate";

        /// <summary>An origin that is not allowed.</summary>
        public const string Origin = "origin";

        /// <summary>Sessions kept for recovery.</summary>
        public const string RetainedSessions = "retained_sessions";

        /// <summary>Events that wait for one subscription of the bus.</summary>
        public const string BusQueue = "bus_queue";
    }
}
