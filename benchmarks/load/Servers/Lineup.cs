using Fanfare.Benchmarks.Load.Dialects;

namespace Fanfare.Benchmarks.Load.Servers;

/// <summary>Who takes part on one wire.</summary>
/// <param name="Wire">The wire.</param>
/// <param name="Servers">In the order of the report.</param>
/// <param name="LeftOut">Why a known server is not among them, one sentence each.</param>
internal sealed record Lineup(Wire Wire, IReadOnlyList<ServerSpec> Servers, IReadOnlyList<string> LeftOut)
{
    /// <summary>Chooses for each of <paramref name="wires"/>.</summary>
    /// <param name="wires">What is compared.</param>
    /// <param name="known">Servers of all wires.</param>
    /// <param name="own">Servers that join them, or replace those of the same name and wire.</param>
    /// <param name="names">Those of the known that shall take part; empty for all that this machine can run.</param>
    /// <exception cref="InvalidOperationException">A name is unknown, or a server that was asked for cannot take part.</exception>
    public static IReadOnlyList<Lineup> Choose(
        IReadOnlyList<Wire> wires, IReadOnlyList<ServerSpec> known, IReadOnlyList<ServerSpec> own, IReadOnlyList<string> names)
    {
        if (own.FirstOrDefault(spec => !wires.Contains(spec.Dialect.Wire)) is { } stray)
        {
            throw new InvalidOperationException($"--server {stray.Name} speaks {stray.Dialect.Name}, which the chosen --wire does not compare.");
        }
        ServerSpec[] candidates = [.. known.Where(spec => wires.Contains(spec.Dialect.Wire))];
        if (names.FirstOrDefault(name => Array.TrueForAll(candidates, spec => spec.Name != name)) is { } unknown)
        {
            throw new InvalidOperationException(
                $"--servers {unknown}: expected some of {string.Join(", ", candidates.Select(spec => spec.Name).Distinct())}.");
        }
        Lineup[] lineups = [.. wires.Select(wire => ForWire(wire, candidates, own, names))];
        if (Array.Find(lineups, lineup => lineup.Servers.Count == 0) is { } empty)
        {
            throw new InvalidOperationException($"No server is left for the wire {empty.Wire}.");
        }
        return lineups;
    }

    private static Lineup ForWire(Wire wire, IReadOnlyList<ServerSpec> known, IReadOnlyList<ServerSpec> own, IReadOnlyList<string> names)
    {
        var added = own.Where(spec => spec.Dialect.Wire == wire).ToDictionary(spec => spec.Name);
        var servers = new List<ServerSpec>();
        var leftOut = new List<string>();
        foreach (ServerSpec spec in known.Where(spec => spec.Dialect.Wire == wire && (names.Count == 0 || names.Contains(spec.Name))))
        {
            if (added.Remove(spec.Name, out ServerSpec? replaced))
            {
                servers.Add(replaced);
            }
            else if (spec.Lacks?.Invoke() is not { } reason)
            {
                servers.Add(spec);
            }
            else if (names.Count == 0)
            {
                leftOut.Add($"{spec.Name} is left out: {reason}.");
            }
            else
            {
                throw new InvalidOperationException($"--servers {spec.Name}: {reason}.");
            }
        }
        return new Lineup(wire, [.. servers, .. added.Values], leftOut);
    }
}
