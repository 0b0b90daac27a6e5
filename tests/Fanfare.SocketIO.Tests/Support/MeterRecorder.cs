using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Fanfare.SocketIO.Tests;

/// <summary>Sums what one server measures, by instrument and tags.</summary>
internal sealed class MeterRecorder : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _sums = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _observed = new(StringComparer.Ordinal);
    private readonly Signal _changed = new();

    public MeterRecorder(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == FanfareDiagnostics.Name && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument);
                if (instrument.IsObservable)
                {
                    _observed[instrument.Name] = true;
                }
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            _sums.AddOrUpdate(instrument.Name, static (_, added) => added, static (_, sum, added) => sum + added, value);
            foreach (var (key, tag) in tags)
            {
                _sums.AddOrUpdate($"{instrument.Name}:{tag}", static (_, added) => added, static (_, sum, added) => sum + added, value);
            }

            _changed.Set();
        });
        _listener.Start();
    }

    /// <summary>The sum of an instrument, or with <paramref name="tag"/> of its measurements with a tag of that value.</summary>
    public long Sum(string instrument, string? tag = null) => _sums.GetValueOrDefault(tag is null ? instrument : $"{instrument}:{tag}");

    public long Refused(string limit) => Sum("fanfare.limit.refused", limit);

    /// <summary>Waits until a sum is what the test expects.</summary>
    public Task When(string instrument, string? tag, Func<long, bool> condition) => _changed.When(() => condition(Sum(instrument, tag)));

    public Task WhenRefused(string limit, long atLeast = 1) => When("fanfare.limit.refused", limit, count => count >= atLeast);

    /// <summary>What each gauge shows now: those that are asked, and the sums of those that go up and down.</summary>
    public Dictionary<string, long> Gauges()
    {
        foreach (var name in _observed)
        {
            _sums[name.Key] = 0;
        }

        _listener.RecordObservableInstruments();
        return _observed.Keys.Append("fanfare.sessions.active").Append("fanfare.connections.active").ToDictionary(static name => name, name => Sum(name));
    }

    public void Dispose() => _listener.Dispose();
}
