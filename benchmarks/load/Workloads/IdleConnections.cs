using System.Diagnostics;
using Fanfare.Benchmarks.Load.Measurements;
using Fanfare.Benchmarks.Load.Members;
using Fanfare.Benchmarks.Load.Servers;

namespace Fanfare.Benchmarks.Load.Workloads;

/// <summary>
/// What connections cost that do nothing. In a fresh server that has been warmed up: a first thousand joins, then the measured
/// ones; the rise of the resident set between the two settled states is shared among the latter. So neither code and tables made
/// on first use count, nor the heap space that the first thousand filled with garbage, only what more connections bring.
/// </summary>
internal sealed class IdleConnections(ClientLoop loop, ServerProcess server)
{
    private const int WarmUpMembers = 200;
    private const int FirstMembers = 1000;
    private const double QuietShare = 0.03;
    private const int QuietSlicesWanted = 3;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(6);

    /// <summary>Bytes of resident memory and microseconds of server CPU for each of <paramref name="count"/> connections.</summary>
    public (double Bytes, double ConnectMicroseconds) Measure(int count)
    {
        Room warmUp = loop.AddRoom(server.Spec.Dialect, server.Port, server.Spec.Name, "warm-up");
        loop.Grow(warmUp, WarmUpMembers);
        new RoomBroadcast(loop, warmUp, server.Cpu).Measure(payloadBytes: 64, outstanding: 4, WarmUp, WarmUp);
        loop.RemoveRoom(warmUp);

        Room idle = loop.AddRoom(server.Spec.Dialect, server.Port, server.Spec.Name, "idle");
        loop.Grow(idle, FirstMembers);
        Settle();
        long before = server.ReadResidentBytes();

        CpuWindow cpu = CpuWindow.Open(server.Cpu, CpuClock.OfThisProcess());
        loop.Grow(idle, count);
        Cost connect = cpu.Close(count);
        Settle();
        long after = server.ReadResidentBytes();

        loop.RemoveRoom(idle);
        return ((double)(after - before) / count, connect.ServerMicroseconds);
    }

    /// <summary>Waits until the server does next to nothing, at most <see cref="SettleLimit"/>.</summary>
    private void Settle()
    {
        long start = Stopwatch.GetTimestamp();
        for (int quiet = 0; quiet < QuietSlicesWanted && Stopwatch.GetElapsedTime(start) < SettleLimit;)
        {
            double before = server.Cpu.ReadMicroseconds();
            loop.RunFor(Slice);
            double share = (server.Cpu.ReadMicroseconds() - before) / Slice.TotalMicroseconds;
            quiet = share < QuietShare ? quiet + 1 : 0;
        }
    }
}
