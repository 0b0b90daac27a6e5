using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fanfare;

/// <summary>The namespaces of this server and what they share. One per application.</summary>
public sealed class FanfareServer : IFanfare, IDisposable
{
    private readonly ConcurrentDictionary<string, Namespace> _namespaces = new(StringComparer.Ordinal);
    private readonly List<NamespacePattern> _patterns = [];
    private readonly FanfareOptions _options;
    private readonly NamespaceServices _services;

    /// <summary>Makes a server without namespaces.</summary>
    public FanfareServer(
        IOptions<FanfareOptions> options,
        IAdapterFactory adapters,
        FanfareMetrics metrics,
        TimeProvider time,
        ILogger<FanfareServer> logger,
        IWriteBatchFactory? batches = null)
    {
        _options = options.Value;
        Wheel = new TimingWheel(time);
        Scheduler = new DrainScheduler(Wheel, _options.AllowWriteBatches ? batches : null);
        Serializer = _options.TypeInfoResolver is { } resolver ? new MessageSerializer(resolver) : MessageSerializer.Default;
        Metrics = metrics;
        _services = new NamespaceServices
        {
            Serializer = Serializer,
            Adapters = adapters,
            Wheel = Wheel,
            Time = time,
            Metrics = metrics,
            Logger = logger,
            Outbox = _options.Outbox,
            Emptied = RetireIfEmpty,
        };
        metrics.Observe("fanfare.rooms.active", "{room}", "Rooms that have a member.", () => Measure(static found => found.RoomCount));
        metrics.Observe("fanfare.sessions.lost", "{session}", "Lost sessions that are kept to be continued.", () => Measure(static found => found.LostSessionCount));
        metrics.Observe("fanfare.history.entries", "{message}", "Messages that the logs keep.", () => Measure(static found => found.HistoryCount));
    }

    /// <summary>The deadlines of the server.</summary>
    public TimingWheel Wheel { get; }

    /// <summary>What drains the outboxes of the server.</summary>
    public DrainScheduler Scheduler { get; }

    /// <summary>What reads and writes arguments.</summary>
    public MessageSerializer Serializer { get; }

    /// <summary>The counters of the server.</summary>
    public FanfareMetrics Metrics { get; }

    /// <summary>The namespaces that exist now.</summary>
    public IReadOnlyCollection<Namespace> Namespaces => [.. _namespaces.Values];

    /// <inheritdoc/>
    public Namespace Of(string name, Action<NamespaceOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var key = name[0] == '/' ? name : "/" + name;
        return _namespaces.GetOrAdd(
            key,
            static (key, state) => new Namespace(key, new Registrations(), state.Server.NewOptions(state.Configure), state.Server._services),
            (Server: this, Configure: configure));
    }

    /// <inheritdoc/>
    public NamespacePattern OfPattern(Regex pattern, Action<NamespaceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return OfMatching((name, _) => ValueTask.FromResult(pattern.IsMatch(name)), configure);
    }

    /// <inheritdoc/>
    public NamespacePattern OfMatching(Func<string, Handshake, ValueTask<bool>> predicate, Action<NamespaceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        var pattern = new NamespacePattern(predicate, NewOptions(configure));
        lock (_patterns)
        {
            _patterns.Add(pattern);
        }

        return pattern;
    }

    /// <summary>The namespace that a client names: an existing one, or a new one of the first pattern that accepts the name.</summary>
    /// <returns><see langword="null"/> when there is none: clients read <c>Invalid namespace</c>.</returns>
    public async ValueTask<Namespace?> FindAsync(string name, Handshake handshake)
    {
        if (_namespaces.TryGetValue(name, out var found))
        {
            // That somebody else may be there says nothing about this client.
            return found.Pattern is null || await found.Pattern.Matches(name, handshake).ConfigureAwait(false) ? found : null;
        }

        NamespacePattern[] patterns;
        lock (_patterns)
        {
            patterns = [.. _patterns];
        }

        foreach (var pattern in patterns)
        {
            if (await pattern.Matches(name, handshake).ConfigureAwait(false))
            {
                return _namespaces.GetOrAdd(
                    name,
                    static (name, state) => new Namespace(name, state.Pattern.Registered, state.Pattern.Options, state.Services, state.Pattern),
                    (Pattern: pattern, Services: _services));
            }
        }

        return null;
    }

    /// <summary>Stops the server's deadlines.</summary>
    public void Dispose()
    {
        Wheel.Dispose();
        Scheduler.Dispose();
    }

    private IEnumerable<KeyValuePair<string, long>> Measure(Func<Namespace, long> measure) =>
        _namespaces.Values.Select(found => KeyValuePair.Create(found.Name, measure(found)));

    private NamespaceOptions NewOptions(Action<NamespaceOptions>? configure)
    {
        var options = new NamespaceOptions();
        _options.ConfigureNamespaces?.Invoke(options);
        configure?.Invoke(options);
        return options;
    }

    private void RetireIfEmpty(NamespaceSetup setup)
    {
        if (setup is Namespace child && child.TryRetire())
        {
            _namespaces.TryRemove(KeyValuePair.Create(child.Name, child));
        }
    }
}
