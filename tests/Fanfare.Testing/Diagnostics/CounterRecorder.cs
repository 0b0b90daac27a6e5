using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Fanfare.Testing.Diagnostics;

/// <summary>Sums up the counters of one application, tags and all: those of other tests in the process are not among them.</summary>
public sealed class CounterRecorder : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _sums = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    public CounterRecorder(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            _sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
            foreach (var (tag, text) in tags)
            {
                _sums.AddOrUpdate($"{instrument.Name}{{{tag}={text}}}", value, (_, sum) => sum + value);
            }
        });
        _listener.Start();
    }

    /// <summary>The sum of a counter, or of one of its tags: <c>name{tag=value}</c>.</summary>
    public long this[string name] => _sums.GetValueOrDefault(name);

    public void Dispose() => _listener.Dispose();
}
