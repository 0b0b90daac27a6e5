using System.Diagnostics;

namespace Fanfare.Testing.Diagnostics;

/// <summary>What a test measured, and how.</summary>
public static class Figures
{
    /// <summary>Handles that the process holds, after those that nobody needs any more were closed.</summary>
    public static int Handles
    {
        get
        {
            ManagedHeap();
            return Directory.GetFiles("/proc/self/fd").Length;
        }
    }

    /// <summary>Writes a figure to the test's output.</summary>
    public static void Write(FormattableString figure) =>
        TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(figure));

    /// <summary>Bytes of live objects.</summary>
    public static long ManagedHeap()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>Runs something and tells by how much the resident memory of the process grew meanwhile, at its peak.</summary>
    public static async Task<long> ResidentGrowthAsync(Func<Task> work)
    {
        ManagedHeap();
        var before = Resident();
        var peak = before;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var running = work();
        while (!running.IsCompleted)
        {
            peak = Math.Max(peak, Resident());
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        await running;
        return Math.Max(peak, Resident()) - before;
    }

    /// <summary>The value below which this share of the values lies.</summary>
    public static T Quantile<T>(IEnumerable<T> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
    }

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
