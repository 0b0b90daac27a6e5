using System.Diagnostics;

[assembly: AssemblyFixture(typeof(Fanfare.Interop.Tests.NodePackages))]

namespace Fanfare.Interop.Tests;

/// <summary>The official clients, installed once from the lock file into the folder of the scripts.</summary>
public sealed class NodePackages : IAsyncLifetime
{
    internal static string ScriptsFolder { get; } = FindScripts();

    public async ValueTask InitializeAsync()
    {
        var installed = new FileInfo(Path.Combine(ScriptsFolder, "node_modules", ".package-lock.json"));
        var wanted = new FileInfo(Path.Combine(ScriptsFolder, "package-lock.json"));
        if (installed.Exists && installed.LastWriteTimeUtc >= wanted.LastWriteTimeUtc)
        {
            return;
        }

        var start = new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = ScriptsFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var npm = Process.Start(start) ?? throw new InvalidOperationException("npm did not start.");
        var output = npm.StandardOutput.ReadToEndAsync();
        var errors = npm.StandardError.ReadToEndAsync();
        await npm.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        if (npm.ExitCode != 0)
        {
            throw new InvalidOperationException($"npm ci failed with {npm.ExitCode}: {await output}{await errors}");
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string FindScripts()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Fanfare.slnx")))
        {
            folder = folder.Parent;
        }

        var root = folder?.FullName ?? throw new InvalidOperationException("Fanfare.slnx is in no folder above the tests.");
        return Path.Combine(root, "tests", "Fanfare.Interop.Tests", "node");
    }
}
