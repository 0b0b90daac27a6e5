using System.ComponentModel;
using System.Runtime.InteropServices;
using Fanfare.Benchmarks.Load.Net;

namespace Fanfare.Benchmarks.Load.Measurements;

/// <summary>
/// The CPU time, user and system, of all threads of a process, ended ones too: the kernel's own process clock, which counts
/// nanoseconds where /proc/PID/stat counts hundredths of a second.
/// </summary>
internal sealed unsafe class CpuClock
{
    private readonly int _clock;

    public CpuClock(int processId)
    {
        int clock;
        int error = Libc.GetCpuClock(processId, &clock);
        if (error != 0)
        {
            throw new Win32Exception(error, $"Process {processId} has no CPU clock.");
        }
        _clock = clock;
    }

    public static CpuClock OfThisProcess() => new(Environment.ProcessId);

    /// <summary>Microseconds of CPU since the process started.</summary>
    public double ReadMicroseconds()
    {
        Libc.TimeSpec time;
        if (Libc.GetClock(_clock, &time) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "The CPU clock is gone: the process has ended.");
        }
        return (time.Seconds * 1e6) + (time.Nanoseconds / 1e3);
    }
}
