using System.Text.Json;

namespace Fanfare.Benchmarks.Load.Servers;

internal static class NodeModules
{
    /// <summary>Installs what the lock file of <paramref name="folder"/> names, unless that has been done.</summary>
    public static void Restore(string folder)
    {
        var wanted = new FileInfo(Path.Combine(folder, "package-lock.json"));
        var installed = new FileInfo(Path.Combine(folder, "node_modules", ".package-lock.json"));
        if (!installed.Exists || installed.LastWriteTimeUtc < wanted.LastWriteTimeUtc)
        {
            Tool.Run(folder, "npm", "ci");
        }
    }

    /// <summary>The versions of these packages as installed, and of Node itself.</summary>
    public static string Describe(string folder, params IEnumerable<string> packages)
    {
        var versions = packages.Select(package =>
        {
            using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "node_modules", package, "package.json")));
            return $"{package} {manifest.RootElement.GetProperty("version").GetString()}";
        });
        return $"{string.Join(" with ", versions)} on Node {Tool.Run(folder, "node", "--version").Trim()}";
    }
}
