using Fanfare.Benchmarks.Load.Dialects;

namespace Fanfare.Benchmarks.Load.Servers;

/// <summary>The servers that are measured unless told otherwise, and how each is built from this repository.</summary>
internal sealed class ServerCatalog
{
    public static readonly Dialect SocketIO = new SocketIODialect();
    public static readonly Dialect SignalR = new SignalRDialect();
    public static readonly Dialect Plain = new PlainDialect();
    public static readonly Dialect NchanSocket = new NchanSocketDialect();
    public static readonly Dialect Events = new EventStreamDialect();
    public static readonly Dialect NchanEvents = new NchanStreamDialect();

    public static readonly IReadOnlyList<Dialect> Dialects = [SocketIO, SignalR, Plain, NchanSocket, Events, NchanEvents];

    private readonly string _root;

    public ServerCatalog(string repositoryRoot)
    {
        _root = repositoryRoot;
        ServerSpec fanfare = Published("fanfare", SocketIO, "tests/ConformanceHost", "ConformanceHost.dll", "--Profile", "bench") with
        {
            Version = () => $"Fanfare at commit {Commit} on .NET {Environment.Version}",
        };
        ServerSpec nchan = NginxWithNchan(NchanSocket);
        Defaults =
        [
            fanfare,
            Node("socketio", SocketIO, "socketio", "socket.io", "ws"),
            Published("signalr", SignalR, "benchmarks/peers/SignalR", "SignalRPeer.dll") with
            {
                Version = () => $"SignalR, JSON protocol, of ASP.NET Core {Environment.Version}",
            },
            fanfare with { Dialect = Plain },
            Node("ws", Plain, "ws", "ws"),
            Published("aspnetcore", Plain, "benchmarks/peers/WebSockets", "WebSocketPeer.dll") with
            {
                Version = () => $"a loop of WebSocket.SendAsync on ASP.NET Core {Environment.Version}",
            },
            nchan,
            fanfare with { Dialect = Events },
            Node("express", Events, "express", "express"),
            nchan with { Dialect = NchanEvents },
        ];
    }

    /// <summary>In the order of the report, those of all wires.</summary>
    public IReadOnlyList<ServerSpec> Defaults { get; }

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
        string dialectName = name.Length == 2 ? name[1] : SocketIO.Name;
        Dialect? dialect = Dialects.FirstOrDefault(d => d.Name == dialectName);
        if (command.Length == 0 || name.Length is 0 or > 2 || name[0].Length == 0 || dialect is null)
        {
            throw new FormatException(
                $"--server {text}: expected name=command or name:dialect=command, dialect one of {string.Join(", ", Dialects.Select(d => d.Name))}.");
        }
        bool hasPort = command.Any(word => word.Contains("{port}", StringComparison.Ordinal));
        return new ServerSpec(name[0], dialect, hasPort ? command : [.. command, "--urls", "http://127.0.0.1:{port}"]);
    }

    /// <summary>The commit, marked when something else than the kept reports differs from it.</summary>
    private string Commit
    {
        get
        {
            string commit = Tool.Run(_root, "git", "rev-parse", "--short", "HEAD").Trim();
            return Tool.Run(_root, "git", "status", "--porcelain", "--", ".", ":(exclude)benchmarks/results").Length == 0 ? commit : commit + "-dirty";
        }
    }

    private ServerSpec Published(string name, Dialect dialect, string project, string dll, params string[] arguments)
    {
        string output = Path.Combine(_root, "artifacts", "load", Path.GetFileName(project));
        return new ServerSpec(
            name,
            dialect,
            ["dotnet", Path.Combine(output, dll), "--urls", "http://127.0.0.1:{port}", .. arguments],
            () => DotnetProject.Publish(Path.Combine(_root, project), output));
    }

    private ServerSpec Node(string name, Dialect dialect, string peer, params string[] packages)
    {
        string folder = Path.Combine(_root, "benchmarks/peers", peer);
        return new ServerSpec(
            name,
            dialect,
            ["node", Path.Combine(folder, "server.js"), "{port}"],
            () => NodeModules.Restore(folder),
            () => NodeModules.Describe(folder, packages));
    }

    private ServerSpec NginxWithNchan(Dialect dialect)
    {
        string folder = Path.Combine(_root, "benchmarks/peers/nchan");
        return new ServerSpec(
            "nchan",
            dialect,
            Nchan.Command(folder, Path.Combine(_root, "artifacts", "load", "nchan")),
            Version: () => Nchan.Describe(folder),
            Lacks: Nchan.Lacks);
    }
}
