using Fanfare.Benchmarks.Load.Dialects;

namespace Fanfare.Benchmarks.Load.Servers;

/// <summary>The servers that are measured unless told otherwise, and how each is built from this repository.</summary>
internal sealed class ServerCatalog(string repositoryRoot)
{
    public static readonly IReadOnlyList<Dialect> Dialects = [new SocketIODialect(), new SignalRDialect()];

    public IReadOnlyList<ServerSpec> Defaults { get; } =
    [
        Published(repositoryRoot, "tests/ConformanceHost", "ConformanceHost.dll", "--Profile", "bench") with
        {
            Name = "fanfare",
            Version = () => $"Fanfare at commit {Tool.Run(repositoryRoot, "git", "describe", "--always", "--dirty").Trim()} on .NET {Environment.Version}",
        },
        new(
            "socketio",
            Dialects[0],
            ["node", Path.Combine(repositoryRoot, "benchmarks/peers/socketio/server.js"), "{port}"],
            () => NodeModules.Restore(Path.Combine(repositoryRoot, "benchmarks/peers/socketio")),
            () => NodeModules.Describe(Path.Combine(repositoryRoot, "benchmarks/peers/socketio"), "socket.io", "ws")),
        Published(repositoryRoot, "benchmarks/peers/SignalR", "SignalRPeer.dll") with
        {
            Name = "signalr",
            Dialect = Dialects[1],
            Version = () => $"SignalR, JSON protocol, of ASP.NET Core {Environment.Version}",
        },
    ];

    /// <summary>
    /// Reads <c>name=command</c> or <c>name:dialect=command</c>, a server of one's own. Words are split at spaces; a command without
    /// <c>{port}</c> is given <c>--urls http://127.0.0.1:{port}</c>.
    /// </summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static ServerSpec Parse(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string[] command = equals < 0 ? [] : text[(equals + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] name = equals < 0 ? [] : text[..equals].Split(':');
        string dialectName = name.Length == 2 ? name[1] : Dialects[0].Name;
        Dialect? dialect = Dialects.FirstOrDefault(d => d.Name == dialectName);
        if (command.Length == 0 || name.Length is 0 or > 2 || name[0].Length == 0 || dialect is null)
        {
            throw new FormatException(
                $"--server {text}: expected name=command or name:dialect=command, dialect one of {string.Join(", ", Dialects.Select(d => d.Name))}.");
        }
        bool hasPort = command.Any(word => word.Contains("{port}", StringComparison.Ordinal));
        return new ServerSpec(name[0], dialect, hasPort ? command : [.. command, "--urls", "http://127.0.0.1:{port}"]);
    }

    private static ServerSpec Published(string root, string project, string dll, params string[] arguments)
    {
        string output = Path.Combine(root, "artifacts", "load", Path.GetFileName(project));
        return new ServerSpec(
            Path.GetFileName(project),
            Dialects[0],
            ["dotnet", Path.Combine(output, dll), "--urls", "http://127.0.0.1:{port}", .. arguments],
            () => DotnetProject.Publish(Path.Combine(root, project), output));
    }
}
