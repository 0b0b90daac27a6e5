using System.Diagnostics;

namespace Fanfare.Benchmarks.Load.Measurements;

/// <summary>What a stretch of time cost the server and the generator.</summary>
internal readonly struct CpuWindow
{
    private readonly CpuClock _server;
    private readonly CpuClock _generator;
    private readonly double _serverStart;
    private readonly double _generatorStart;
    private readonly long _start;

    private CpuWindow(CpuClock server, CpuClock generator)
    {
        _server = server;
        _generator = generator;
        _serverStart = server.ReadMicroseconds();
        _generatorStart = generator.ReadMicroseconds();
        _start = Stopwatch.GetTimestamp();
    }

    public static CpuWindow Open(CpuClock server, CpuClock generator) => new(server, generator);

    /// <summary>The cost since <see cref="Open"/>, shared among <paramref name="operations"/>.</summary>
    public Cost Close(long operations)
    {
        double seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        double server = _server.ReadMicroseconds() - _serverStart;
        double generator = _generator.ReadMicroseconds() - _generatorStart;
        return new Cost(operations / seconds, server / operations, generator / operations);
    }
}
