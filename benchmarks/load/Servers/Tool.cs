using System.Diagnostics;

namespace Fanfare.Benchmarks.Load.Servers;

/// <summary>A program that runs to its end before anything is measured.</summary>
internal static class Tool
{
    /// <summary>Returns what it has written to its standard output.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has its output.</exception>
    public static string Run(string workingDirectory, string program, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}{errors.GetAwaiter().GetResult()}");
        }
        return output;
    }
}
