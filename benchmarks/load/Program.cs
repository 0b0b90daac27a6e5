using System.Globalization;
using System.Runtime.InteropServices;
using Fanfare.Benchmarks.Load;
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
    IReadOnlyList<ServerSpec> specs = Choose(options, root);
    OpenFileLimit.Raise(NeededFiles(options, specs.Count));
    if (options.Build)
    {
        foreach (ServerSpec spec in specs.Where(spec => spec.Prepare is not null))
        {
            progress.Show($"building {spec.Name}");
            spec.Prepare!();
        }
    }
    Cores cores = options.Pin ? Cores.Pin() : Cores.Unpinned;
    Results results = new Comparison(options, specs, cores, progress).Run();
    progress.Clear();

    string output = options.Output ?? Path.Combine(root, "benchmarks", "results");
    Directory.CreateDirectory(output);
    const string Chart = "results.svg";
    var facts = new RunFacts([.. specs.Select(spec => spec.Name)], Facts(options, specs, cores));
    string report = MarkdownReport.Write(results, facts, Chart);
    File.WriteAllText(Path.Combine(output, "results.md"), report);
    File.WriteAllText(Path.Combine(output, Chart), SvgChart.Write(results, facts.Servers));
    Console.WriteLine(report);
    Console.Error.WriteLine($"Written to {output}");
}

static IReadOnlyList<ServerSpec> Choose(RunOptions options, string root)
{
    var own = options.OwnServers.ToDictionary(spec => spec.Name);
    List<ServerSpec> known = [.. new ServerCatalog(root).Defaults.Select(spec => own.Remove(spec.Name, out ServerSpec? replaced) ? replaced : spec)];
    IEnumerable<ServerSpec> chosen = options.Servers.Count == 0
        ? known
        : options.Servers.Select(name => known.Find(spec => spec.Name == name)
            ?? throw new InvalidOperationException($"--servers {name}: expected some of {string.Join(", ", known.Select(spec => spec.Name))}."));
    return [.. chosen, .. own.Values];
}

static int NeededFiles(RunOptions options, int servers)
{
    const int Spare = 200;
    int lasting = servers * Math.Max(options.Members.Max(), options.EchoConnections);
    return Spare + Math.Max(lasting, options.Workloads.Contains(RunOptions.Idle) ? options.IdleConnections + 1000 : 0);
}

static List<string> Facts(RunOptions options, IReadOnlyList<ServerSpec> specs, Cores cores)
{
    string pinning = cores.Server is null ? "not pinned" : "servers on one core, generator on another";
    return
    [
        string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd}, {RunFacts.Machine()}, {Environment.ProcessorCount} cores; {pinning}."),
        string.Create(CultureInfo.InvariantCulture, $"Interleaved rounds: {options.Rounds}; length of a measurement: {options.Window.TotalSeconds} s."),
        .. specs.Select(spec => $"{spec.Name}: {spec.Version?.Invoke() ?? $"`{string.Join(' ', spec.Command)}`"}."),
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
