using System.Diagnostics;
using System.Globalization;

namespace ConformanceHost.Tests;

/// <summary>The host as testers start it: a process of its own.</summary>
internal sealed class HostProcess : IDisposable
{
    private const string Announcement = "Now listening on: ";
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    private HostProcess(Process process)
    {
        _process = process;
    }

    public static HostProcess Start(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ConformanceHost.dll"), .. arguments])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new HostProcess(Process.Start(start)!);
    }

    /// <summary>Where it listens, once it does.</summary>
    public async Task<Uri> AddressAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(Bound) is { } line)
        {
            var at = line.IndexOf(Announcement, StringComparison.Ordinal);
            if (at >= 0)
            {
                return new Uri(line[(at + Announcement.Length)..].Trim());
            }
        }

        throw new InvalidOperationException("The host ended before it listened.");
    }

    /// <summary>Asks it to end, as a service manager does.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Its exit code and what it wrote to standard error, once it has ended.</summary>
    public async Task<(int ExitCode, string Error)> EndAsync()
    {
        var rest = _process.StandardOutput.ReadToEndAsync();
        var error = await _process.StandardError.ReadToEndAsync().WaitAsync(Bound);
        await rest.WaitAsync(Bound);
        await _process.WaitForExitAsync().WaitAsync(Bound);
        return (_process.ExitCode, error);
    }

    /// <summary>Begins a new measure of its largest resident memory, and returns what is resident now, in bytes.</summary>
    public long ResetPeakMemory()
    {
        File.WriteAllText($"/proc/{_process.Id}/clear_refs", "5");
        return Memory("VmHWM");
    }

    /// <summary>Its largest resident memory since then, in bytes.</summary>
    public long PeakMemory() => Memory("VmHWM");

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private long Memory(string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
    }
}
