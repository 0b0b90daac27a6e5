using System.Diagnostics;
using System.Text;

namespace Fanfare.Packaging.Tests;

/// <summary>Runs programs to their end, bounded in time.</summary>
internal static class Programs
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(5);

    /// <summary>What the program printed; it fails when the program does.</summary>
    public static async Task<string> RunAsync(string folder, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.WithoutBuildServers();
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = new StringBuilder();
        var reading = Task.WhenAll(ReadAsync(process.StandardOutput, output), ReadAsync(process.StandardError, output));
        try
        {
            await Task.WhenAll(reading, process.WaitForExitAsync()).WaitAsync(Bound, TestContext.Current.CancellationToken);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        var text = output.ToString();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{text}");
        return text;
    }

    /// <summary>A build node that outlives its build would keep our pipes open.</summary>
    public static void WithoutBuildServers(this ProcessStartInfo start)
    {
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_NOLOGO"] = "1";
    }

    private static async Task ReadAsync(StreamReader reader, StringBuilder output)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (output)
            {
                output.AppendLine(line);
            }
        }
    }
}
