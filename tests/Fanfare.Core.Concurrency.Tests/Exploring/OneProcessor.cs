using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Fanfare.Core.Concurrency.Tests.Exploring;

/// <summary>Keeps this process on one processor: only one of its threads may run at a time, and on one processor the next goes on in less than half of the time.</summary>
internal static class OneProcessor
{
    /// <summary>Before any other thread is made: on Linux it is the first thread that is kept there, and those that are made later take after it.</summary>
    [ModuleInitializer]
    internal static void Choose()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            using var process = Process.GetCurrentProcess();
            var bit = Thread.GetCurrentProcessorId();
            process.ProcessorAffinity = bit < 63 ? (nint)(1L << bit) : process.ProcessorAffinity;
        }
    }
}
