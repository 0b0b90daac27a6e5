using System.Globalization;
using System.Runtime.InteropServices;
using Fanfare.Benchmarks.Load;
using Fanfare.Benchmarks.Load.Dialects;
using Fanfare.Benchmarks.Load.Measurements;
using Fanfare.Benchmarks.Load.Reports;
using Fanfare.Benchmarks.Load.Servers;
using Fanfare.Benchmarks.Load.Workloads;

// Exit codes: 0 measured, 1 a server lost or mixed up messages or could not be run, 2 wrong usage.
if (args is ["selftest"])
{
    return SelfTest.Run();
}
if (args.Contains("--help") || args.Contains("-h"))
{
    Console.WriteLine(RunOptions.Usage);
    return 0;
}

RunOptions options;
try
{
    options = RunOptions.Parse(args);
}
catch (FormatException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}

// Ended from outside, the generator still ends its servers (ServerProcess listens to the exit); .NET does not do so by itself.
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Environment.Exit(1));
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Environment.Exit(1));

var progress = new ProgressLine();
try
{
    Measure(options, progress);
    return 0;
}
catch (Exception exception) when (exception is WorkloadException or IOException or InvalidDataException or InvalidOperationException or TimeoutException)
{
    progress.Clear();
    Console.Error.WriteLine($"FAILED: {exception.Message}");
    return 1;
}

static void Measure(RunOptions options, ProgressLine progress)
{
    string root = FindRepositoryRoot();
    IReadOnlyList<Lineup> lineups = Lineup.Choose(options.Wires, new ServerCatalog(root).Defaults, options.OwnServers, options.Servers);
    OpenFileLimit.Raise(NeededFiles(options, lineups.Max(lineup => lineup.Servers.Count)));
    if (options.Build)
    {
        Build(lineups.SelectMany(lineup => lineup.Servers), progress);
    }
    Cores cores = options.Pin ? Cores.Pin() : Cores.Unpinned;
    string output = options.Output ?? Path.Combine(root, "benchmarks", "results");
    Directory.CreateDirectory(output);
    foreach (Lineup lineup in lineups)
    {
        foreach (string reason in lineup.LeftOut)
        {
            Console.Error.WriteLine(reason);
        }
        Results results = new Comparison(options, lineup.Servers, cores, progress).Run();
        progress.Clear();
        if (results.IsEmpty)
        {
            Console.Error.WriteLine($"Nothing of --only is measured on the wire {lineup.Wire}.");
            continue;
        }
        var (name, title, goals) = Sheet(lineup.Wire);
        var facts = new RunFacts(title, [.. lineup.Servers.Select(spec => spec.Name)], Facts(options, lineup, cores), goals);
        string report = MarkdownReport.Write(results, facts, $"{name}.svg");
        File.WriteAllText(Path.Combine(output, $"{name}.md"), report);
        File.WriteAllText(Path.Combine(output, $"{name}.svg"), SvgChart.Write(results, facts.Servers));
        Console.WriteLine(report);
    }
    Console.Error.WriteLine($"Written to {output}");
}

static void Build(IEnumerable<ServerSpec> specs, ProgressLine progress)
{
    // A server that takes part on several wires is built once.
    foreach (ServerSpec spec in specs.Where(spec => spec.Prepare is not null).DistinctBy(spec => spec.Prepare))
    {
        progress.Show($"building {spec.Name}");
        spec.Prepare!();
    }
}

static (string Name, string Title, IReadOnlyList<Goal> Goals) Sheet(Wire wire) => wire switch
{
    Wire.Plain => ("results-plain", "Load comparison: JSON over plain WebSockets", Goal.Plain),
    Wire.Events => ("results-events", "Load comparison: event streams", Goal.Events),
    _ => ("results", "Load comparison", []),
};

static int NeededFiles(RunOptions options, int servers)
{
    const int Spare = 200;
    int lasting = servers * Math.Max(options.Members.Max(), options.EchoConnections);
    return Spare + Math.Max(lasting, options.Workloads.Contains(RunOptions.Idle) ? options.IdleConnections + 1000 : 0);
}

static List<string> Facts(RunOptions options, Lineup lineup, Cores cores)
{
    string pinning = cores.Server is null ? "not pinned" : "servers on one core, generator on another";
    return
    [
        string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd}, {RunFacts.Machine()}, {Environment.ProcessorCount} cores; {pinning}."),
        string.Create(CultureInfo.InvariantCulture, $"Interleaved rounds: {options.Rounds}; length of a measurement: {options.Window.TotalSeconds} s."),
        .. lineup.Servers.Select(spec => $"{spec.Name}: {spec.Version?.Invoke() ?? $"`{string.Join(' ', spec.Command)}`"}."),
        .. lineup.LeftOut,
    ];
}

static string FindRepositoryRoot()
{
    for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
        if (File.Exists(Path.Combine(folder.FullName, "Fanfare.slnx")))
        {
            return folder.FullName;
        }
    }
    throw new InvalidOperationException("The generator must be run from a build inside its repository.");
}
