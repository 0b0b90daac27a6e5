using System.Runtime.InteropServices;
using Fanfare.Benchmarks.Load.Measurements;

namespace Fanfare.Benchmarks.Load.Reports;

/// <summary>What a reader must know of a run to judge its numbers.</summary>
/// <param name="Title">What is compared.</param>
/// <param name="Servers">Names in the order of the report; the first is compared with the others.</param>
/// <param name="Lines">Facts in words, one sentence each.</param>
/// <param name="Goals">What the first server shall reach; only those are shown that the run has measured.</param>
internal sealed record RunFacts(string Title, IReadOnlyList<string> Servers, IReadOnlyList<string> Lines, IReadOnlyList<Goal> Goals)
{
    public static string Machine()
    {
        const string Key = "model name";
        string? model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal));
        string cpu = model?[(model.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? "unknown processor";
        string kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        // The kernel's release may carry the name of the machine's image behind a dash.
        int dash = kernel.IndexOf('-', StringComparison.Ordinal);
        return $"{cpu}, {RuntimeInformation.ProcessArchitecture}, Linux {(dash < 0 ? kernel : kernel[..dash])}";
    }
}
