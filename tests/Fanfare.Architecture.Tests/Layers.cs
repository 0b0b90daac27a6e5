namespace Fanfare.Architecture.Tests;

/// <summary>Who may use whom. A new project needs a line here and a decision record.</summary>
internal static class Layers
{
    private static readonly Dictionary<string, string[]> AllowedUses = new(StringComparer.Ordinal)
    {
        ["Fanfare.Json"] = [],
        ["Fanfare.Core"] = ["Fanfare.Json"],
        ["Fanfare.SocketIO.Protocol"] = ["Fanfare.Json"],
        ["Fanfare.AspNetCore"] = ["Fanfare.Core", "Fanfare.Json"],
        ["Fanfare.WebSockets"] = ["Fanfare.AspNetCore", "Fanfare.Core", "Fanfare.Json"],
        ["Fanfare.ServerSentEvents"] = ["Fanfare.AspNetCore", "Fanfare.Core", "Fanfare.Json"],
        ["Fanfare.SocketIO"] = ["Fanfare.AspNetCore", "Fanfare.Core", "Fanfare.Json", "Fanfare.SocketIO.Protocol"],
        ["Fanfare.Redis"] = ["Fanfare.Core", "Fanfare.Json"],
        ["Fanfare"] = ["Fanfare.AspNetCore", "Fanfare.Core", "Fanfare.ServerSentEvents", "Fanfare.SocketIO", "Fanfare.WebSockets"],
        ["Fanfare.Client"] = ["Fanfare.Json"],
        ["Fanfare.SocketIO.Client"] = ["Fanfare.Client", "Fanfare.Json", "Fanfare.SocketIO.Protocol"],
    };

    /// <summary>The libraries that know HTTP. All others run anywhere.</summary>
    public static IReadOnlyList<string> OnAspNetCore { get; } =
        ["Fanfare.AspNetCore", "Fanfare.WebSockets", "Fanfare.ServerSentEvents", "Fanfare.SocketIO", "Fanfare"];

    public static IReadOnlyList<string> UsesAllowedFor(string project) =>
        AllowedUses.TryGetValue(project, out var allowed)
            ? allowed
            : throw new InvalidOperationException($"{project} is not in the table of layers.");
}
