using Fanfare.Benchmarks.Load.Dialects;
using Fanfare.Benchmarks.Load.Measurements;
using Fanfare.Benchmarks.Load.Members;
using Fanfare.Benchmarks.Load.Reports;
using Fanfare.Benchmarks.Load.Servers;
using Fanfare.Benchmarks.Load.Workloads;

namespace Fanfare.Benchmarks.Load;

/// <summary>
/// Runs the workloads in rounds and, within a round, server after server (A B C A B C …), so that what the machine does meanwhile
/// hits all of them alike.
/// </summary>
internal sealed class Comparison(RunOptions options, IReadOnlyList<ServerSpec> specs, Cores cores, ProgressLine progress)
{
    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.3);

    private readonly Results _results = new();

    public Results Run()
    {
        if (Has(RunOptions.Broadcast) || Has(RunOptions.Latency) || Has(RunOptions.Echo))
        {
            RunOnLastingServers();
        }
        if (Has(RunOptions.Idle))
        {
            RunIdle();
        }
        return _results;
    }

    private void RunOnLastingServers()
    {
        using var loop = new ClientLoop();
        var servers = new List<ServerProcess>();
        try
        {
            foreach (ServerSpec spec in specs)
            {
                progress.Show($"starting {spec.Name}");
                servers.Add(ServerProcess.Start(spec, cores.Server));
            }
            if (Has(RunOptions.Broadcast) || Has(RunOptions.Latency))
            {
                foreach (int members in options.Members)
                {
                    RunBroadcasts(loop, servers, members);
                }
            }
            if (Has(RunOptions.Echo))
            {
                RunEchoes(loop, servers);
            }
        }
        catch (IOException exception)
        {
            // A connection broke: most likely its server has said why.
            string output = string.Join('\n', servers.Select(server => server.RecentOutput()).Where(text => text.Length > 0));
            throw new IOException($"{exception.Message}\n{output}", exception);
        }
        finally
        {
            servers.ForEach(server => server.Dispose());
        }
    }

    private void RunBroadcasts(ClientLoop loop, List<ServerProcess> servers, int members)
    {
        var rooms = new List<(ServerProcess Server, Room Room, RoomBroadcast Broadcast)>();
        foreach (ServerProcess server in servers)
        {
            progress.Show($"{members} members join {server.Spec.Name}");
            Room room = loop.AddRoom(server.Spec.Dialect, server.Port, server.Spec.Name, $"room-{members}");
            loop.Grow(room, members);
            var broadcast = new RoomBroadcast(loop, room, server.Cpu);
            broadcast.Measure(options.PayloadBytes[0], options.Outstanding[0], FirstWarmUp, WarmUp);
            rooms.Add((server, room, broadcast));
        }
        for (int round = 1; round <= options.Rounds; round++)
        {
            if (Has(RunOptions.Broadcast))
            {
                foreach (int payload in options.PayloadBytes)
                {
                    foreach (int outstanding in options.Outstanding)
                    {
                        string workload = WorkloadName.Broadcast(members, payload, outstanding);
                        foreach (var (server, _, broadcast) in rooms)
                        {
                            ShowRound(round, server, workload);
                            Cost cost = broadcast.Measure(payload, outstanding, WarmUp, options.Window);
                            Add(Metric.DeliveryCpu, Metric.DeliveryRate, workload, server, cost);
                        }
                    }
                }
            }
            if (Has(RunOptions.Latency))
            {
                foreach (var (server, _, broadcast) in rooms)
                {
                    MeasureLatency(round, server, broadcast, members);
                }
            }
        }
        rooms.ForEach(room => loop.RemoveRoom(room.Room));
    }

    private void MeasureLatency(int round, ServerProcess server, RoomBroadcast broadcast, int members)
    {
        int payload = options.PayloadBytes[0];
        double rate = (double)options.DeliveriesPerSecond / members;
        string workload = WorkloadName.Latency(members, payload, rate);
        ShowRound(round, server, workload);
        LatencyHistogram? latencies = broadcast.MeasureLatency(payload, rate, WarmUp, options.Window);
        _results.Add(Metric.MedianLatency, workload, server.Spec.Name, (latencies?.Percentile(0.5) ?? double.PositiveInfinity) / 1e6);
        _results.Add(Metric.TailLatency, workload, server.Spec.Name, (latencies?.Percentile(0.99) ?? double.PositiveInfinity) / 1e6);
    }

    private void RunEchoes(ClientLoop loop, List<ServerProcess> servers)
    {
        int payload = options.PayloadBytes[0];
        string workload = WorkloadName.Echo(options.EchoConnections, payload);
        var rooms = new List<(ServerProcess Server, Room Room, EchoRoundTrips Echo)>();
        var content = new SequencedContent(payload);
        foreach (ServerProcess server in servers.Where(server => server.Spec.Dialect.Echo(content) is not null))
        {
            progress.Show($"{options.EchoConnections} connections to {server.Spec.Name}");
            Room room = loop.AddRoom(server.Spec.Dialect, server.Port, server.Spec.Name, "echo");
            loop.Grow(room, options.EchoConnections);
            var echo = new EchoRoundTrips(loop, room, server.Cpu, payload);
            echo.Measure(FirstWarmUp, WarmUp);
            rooms.Add((server, room, echo));
        }
        for (int round = 1; round <= options.Rounds; round++)
        {
            foreach (var (server, _, echo) in rooms)
            {
                ShowRound(round, server, workload);
                Add(Metric.EchoCpu, Metric.EchoRate, workload, server, echo.Measure(WarmUp, options.Window));
            }
        }
        rooms.ForEach(room => loop.RemoveRoom(room.Room));
    }

    private void RunIdle()
    {
        string workload = WorkloadName.Idle(options.IdleConnections);
        for (int round = 1; round <= options.Rounds; round++)
        {
            foreach (ServerSpec spec in specs)
            {
                progress.Show($"round {round} of {options.Rounds}: {workload}, idle, to {spec.Name}");
                using var loop = new ClientLoop();
                using ServerProcess server = ServerProcess.Start(spec, cores.Server);
                var (bytes, connect) = new IdleConnections(loop, server).Measure(options.IdleConnections);
                _results.Add(Metric.IdleMemory, workload, spec.Name, bytes);
                _results.Add(Metric.ConnectCpu, workload, spec.Name, connect);
            }
        }
    }

    private void Add(Metric cpu, Metric rate, string workload, ServerProcess server, Cost cost)
    {
        _results.Add(cpu, workload, server.Spec.Name, cost.ServerMicroseconds);
        _results.Add(rate, workload, server.Spec.Name, cost.PerSecond);
        _results.Add(Metric.GeneratorCpu, workload, server.Spec.Name, cost.GeneratorMicroseconds);
    }

    private void ShowRound(int round, ServerProcess server, string workload) =>
        progress.Show($"round {round} of {options.Rounds}: {workload}, {server.Spec.Name}");

    private bool Has(string workload) => options.Workloads.Contains(workload);
}
