using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Fanfare.WebSockets.Tests;

/// <summary>Sums what one server measures, by instrument and tag value, and lets a test wait for a sum.</summary>
internal sealed class Meters : IDisposable
{
    /// <summary>Every gauge that has to be back at zero when the last client has gone.</summary>
    private static readonly string[] Gauges = ["fanfare.sessions.active", "fanfare.connections.active", "fanfare.rooms.active", "fanfare.sessions.lost"];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _sums = new(StringComparer.Ordinal);
    private readonly Signal _changed = new();

    public Meters(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == FanfareDiagnostics.Name && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (instrument.IsObservable)
            {
                _sums[instrument.Name] = value;
            }
            else
            {
                Add(instrument.Name, value);
                foreach (var (_, tag) in tags)
                {
                    Add($"{instrument.Name}:{tag}", value);
                }
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

    /// <summary>Waits until nobody is connected any more, and asserts that every gauge says so.</summary>
    public async Task WhenAllAreGone()
    {
        await When("fanfare.sessions.active", null, static sum => sum == 0);
        await When("fanfare.connections.active", null, static sum => sum == 0);
        _listener.RecordObservableInstruments();
        Assert.All(Gauges, gauge => Assert.True(Sum(gauge) == 0, $"{gauge} is {Sum(gauge)}"));
    }

    public void Dispose() => _listener.Dispose();

    private void Add(string key, long value) => _sums.AddOrUpdate(key, static (_, added) => added, static (_, sum, added) => sum + added, value);
}
