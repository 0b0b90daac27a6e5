using Fanfare.Benchmarks.Load.Dialects;

namespace Fanfare.Benchmarks.Load.Servers;

/// <summary>One server of the comparison, as data.</summary>
/// <param name="Name">Its name on the command line and in the report.</param>
/// <param name="Dialect">What it speaks.</param>
/// <param name="Command">Program and arguments; <c>{port}</c> stands for the port it shall listen on, on 127.0.0.1.</param>
/// <param name="Prepare">Builds it; null when there is nothing to build.</param>
/// <param name="Version">Tells what is measured, for the report; null when only the command is known.</param>
/// <param name="Lacks">Tells what this machine lacks to run it, and how to get it; null when it lacks nothing.</param>
internal sealed record ServerSpec(
    string Name,
    Dialect Dialect,
    IReadOnlyList<string> Command,
    Action? Prepare = null,
    Func<string>? Version = null,
    Func<string?>? Lacks = null);
