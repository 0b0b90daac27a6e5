using System.Globalization;
using Fanfare.Benchmarks.Load.Dialects;
using Fanfare.Benchmarks.Load.Servers;

namespace Fanfare.Benchmarks.Load;

/// <summary>What to measure, as read from the command line.</summary>
internal sealed class RunOptions
{
    public const string Broadcast = "broadcast";
    public const string Latency = "latency";
    public const string Echo = "echo";
    public const string Idle = "idle";

    /// <summary>What the wires are called on the command line and in the names of the reports.</summary>
    public static readonly IReadOnlyDictionary<string, Wire> WireNames =
        new Dictionary<string, Wire> { ["socketio"] = Wire.SocketIO, ["plain"] = Wire.Plain, ["events"] = Wire.Events };

    private static readonly IReadOnlyList<string> AllWorkloads = [Broadcast, Latency, Echo, Idle];

    public const string Usage = """
        Compares servers on the same work, side by side on this machine (Linux).

          dotnet run --project benchmarks/load -c Release -- [options]
          dotnet run --project benchmarks/load -- selftest

          --wire a,b             of socketio, plain, events; a report each   (socketio)
          --servers a,b          the servers that take part                  (all, and those of --server)
                                   socketio: fanfare, socketio, signalr
                                   plain:    fanfare, ws, aspnetcore, nchan
                                   events:   fanfare, express, nchan
          --server name=command  adds a server of your own that speaks Socket.IO, or replaces the one of that name;
                                 {port} in the command is its port (else --urls is appended); name:dialect=command
                                 for one that speaks signalr, plain, nchan (WebSocket), events or nchan-events
          --only a,b             of broadcast, latency, echo, idle           (all)
          --members n,…          members of the room                         (1000)
          --payload n,…          bytes of a message's content                (64,1024)
          --outstanding n,…      messages on their way at a time             (1,16)
          --rate n               deliveries per second, for latency          (20000)
          --connections n        connections that send events with acks      (100)
          --idle n               idle connections, beyond a first 1,000      (14000)
          --rounds n             the report has their medians                (3)
          --seconds x            length of one measurement                   (1)
          --output folder        for the reports and their charts            (benchmarks/results)
          --no-build             measure what was built before
          --no-pin               leave the choice of cores to the kernel
        """;

    public IReadOnlyList<Wire> Wires { get; private set; } = [Wire.SocketIO];

    public IReadOnlyList<string> Servers { get; private set; } = [];

    public List<ServerSpec> OwnServers { get; } = [];

    public IReadOnlyList<string> Workloads { get; private set; } = AllWorkloads;

    public IReadOnlyList<int> Members { get; private set; } = [1000];

    public IReadOnlyList<int> PayloadBytes { get; private set; } = [64, 1024];

    public IReadOnlyList<int> Outstanding { get; private set; } = [1, 16];

    public int DeliveriesPerSecond { get; private set; } = 20_000;

    public int EchoConnections { get; private set; } = 100;

    public int IdleConnections { get; private set; } = 14_000;

    public int Rounds { get; private set; } = 3;

    public TimeSpan Window { get; private set; } = TimeSpan.FromSeconds(1);

    public string? Output { get; private set; }

    public bool Build { get; private set; } = true;

    public bool Pin { get; private set; } = true;

    /// <exception cref="FormatException">An option is unknown or its value cannot be read; the message says which.</exception>
    public static RunOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new RunOptions();
        for (int i = 0; i < arguments.Count; i++)
        {
            string name = arguments[i];
            string Value() => ++i < arguments.Count ? arguments[i] : throw new FormatException($"{name} wants a value.");
            switch (name)
            {
                case "--wire":
                    options.Wires = [.. Words(Value()).Select(word => WireNames.TryGetValue(word, out Wire wire)
                        ? wire
                        : throw new FormatException($"--wire {word}: expected some of {string.Join(", ", WireNames.Keys)}.")).Distinct()];
                    break;
                case "--servers":
                    options.Servers = Words(Value());
                    break;
                case "--server":
                    options.OwnServers.Add(ServerCatalog.Parse(Value()));
                    break;
                case "--only":
                    options.Workloads = Words(Value());
                    if (options.Workloads.Except(AllWorkloads).FirstOrDefault() is { } unknown)
                    {
                        throw new FormatException($"--only {unknown}: expected some of {string.Join(", ", AllWorkloads)}.");
                    }
                    break;
                case "--members":
                    options.Members = Numbers(name, Value(), minimum: 1);
                    break;
                case "--payload":
                    options.PayloadBytes = Numbers(name, Value(), SequencedContent.MinimumLength);
                    break;
                case "--outstanding":
                    options.Outstanding = Numbers(name, Value(), minimum: 1);
                    break;
                case "--rate":
                    options.DeliveriesPerSecond = Number(name, Value(), minimum: 1);
                    break;
                case "--connections":
                    options.EchoConnections = Number(name, Value(), minimum: 1);
                    break;
                case "--idle":
                    options.IdleConnections = Number(name, Value(), minimum: 1);
                    break;
                case "--rounds":
                    options.Rounds = Number(name, Value(), minimum: 1);
                    break;
                case "--seconds":
                    options.Window = Seconds(name, Value());
                    break;
                case "--output":
                    options.Output = Value();
                    break;
                case "--no-build":
                    options.Build = false;
                    break;
                case "--no-pin":
                    options.Pin = false;
                    break;
                default:
                    throw new FormatException($"{name}: unknown option; --help lists them.");
            }
        }
        return options;
    }

    private static string[] Words(string value) =>
        value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static int[] Numbers(string name, string value, int minimum) =>
        [.. Words(value).Select(word => Number(name, word, minimum))];

    private static int Number(string name, string value, int minimum) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= minimum
            ? number
            : throw new FormatException($"{name} {value}: expected a whole number from {minimum} on.");

    private static TimeSpan Seconds(string name, string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and <= 600
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException($"{name} {value}: expected seconds above 0 and up to 600.");
}
