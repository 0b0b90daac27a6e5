namespace Fanfare.Benchmarks.Load.Servers;

/// <summary>nginx with the module nchan, as a package brings them.</summary>
internal static class Nchan
{
    private const string Module = "ngx_nchan_module.so";

    private static readonly IReadOnlyList<string> ModuleFolders =
        ["/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/share/nginx/modules", "/usr/local/libexec/nginx"];

    private static readonly IReadOnlyList<string> ProgramFolders = ["/usr/sbin", "/usr/local/sbin", "/usr/bin"];

    private static string? ModulePath => Find(ModuleFolders, Module);

    private static string? ProgramPath => Find(ProgramFolders, "nginx");

    /// <summary>What is missing, as a sentence; null when both are there.</summary>
    public static string? Lacks() => ModulePath is null || ProgramPath is null
        ? "nginx with nchan is not installed (Debian: apt-get install nginx libnginx-mod-nchan)"
        : null;

    /// <param name="peer">The folder with its start script.</param>
    /// <param name="scratch">Where it may write.</param>
    public static IReadOnlyList<string> Command(string peer, string scratch) =>
        ["sh", Path.Combine(peer, "run.sh"), "{port}", ProgramPath ?? "nginx", ModulePath ?? Module, scratch];

    public static string Describe(string peer)
    {
        // nginx tells its version on standard error.
        string nginx = Tool.Run(peer, "sh", "-c", $"{ProgramPath} -v 2>&1").Trim();
        string package = Tool.Run(peer, "sh", "-c", "dpkg-query -W -f '${Version}' libnginx-mod-nchan 2>/dev/null || true").Trim();
        return $"nchan {package} in {nginx[(nginx.LastIndexOf(' ') + 1)..]}, one process".Replace("  ", " ", StringComparison.Ordinal);
    }

    private static string? Find(IReadOnlyList<string> folders, string file) =>
        folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
}
