using System.Diagnostics.Metrics;

namespace Fanfare.Core.Tests.Namespaces;

/// <summary>Makes meters that nobody reads.</summary>
internal sealed class Meters : IMeterFactory
{
    private readonly List<Meter> _made = [];

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options);
        _made.Add(meter);
        return meter;
    }

    public void Dispose() => _made.ForEach(static meter => meter.Dispose());
}
