using System.Diagnostics;

namespace Fanfare.Packaging.Tests;

/// <summary>A server in a process of its own, on a port that the system chose.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private const string Announcement = "Now listening on: ";
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task _rest;

    private RunningServer(Process process, string address, Task rest)
    {
        _process = process;
        _rest = rest;
        Address = address;
    }

    public string Address { get; }

    public static async Task<RunningServer> StartAsync(string folder, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, [.. arguments, "--urls", "http://127.0.0.1:0"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        try
        {
            var address = await ReadAddressAsync(process.StandardOutput).WaitAsync(Bound, TestContext.Current.CancellationToken);
            // Read on, or the server stops when the pipe is full.
            return new RunningServer(process, address, process.StandardOutput.ReadToEndAsync());
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _rest;
        _process.Dispose();
    }

    private static async Task<string> ReadAddressAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            var at = line.IndexOf(Announcement, StringComparison.Ordinal);
            if (at >= 0)
            {
                return line[(at + Announcement.Length)..].Trim();
            }
        }

        throw new InvalidOperationException("The server ended before it listened.");
    }
}
