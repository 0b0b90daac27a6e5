using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using Fanfare.Benchmarks.Load.Net;

namespace Fanfare.Benchmarks.Load.Servers;

/// <summary>One core for the servers, another for the generator; null where there is only one or pinning is off.</summary>
internal sealed unsafe record Cores(int? Server, int? Generator)
{
    private const int MaskWords = 16;

    public static readonly Cores Unpinned = new(null, null);

    /// <summary>Takes the first two cores this process may use, and puts the generator on the second.</summary>
    public static Cores Pin()
    {
        ulong* mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        if (Libc.GetAffinity(0, MaskWords * sizeof(ulong), mask) < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "sched_getaffinity failed.");
        }
        int[] allowed = [.. Enumerable.Range(0, MaskWords * 64).Where(core => IsSet(mask, core)).Take(2)];
        if (allowed.Length < 2)
        {
            return Unpinned;
        }
        PinThisProcess(allowed[1]);
        return new Cores(allowed[0], allowed[1]);
    }

    private static void PinThisProcess(int core)
    {
        ulong* mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        mask[core / 64] = 1UL << (core % 64);
        // Threads that start later inherit it.
        foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            int id = int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture);
            _ = Libc.SetAffinity(id, MaskWords * sizeof(ulong), mask);
        }
    }

    private static bool IsSet(ulong* mask, int core) => (mask[core / 64] & (1UL << (core % 64))) != 0;
}
