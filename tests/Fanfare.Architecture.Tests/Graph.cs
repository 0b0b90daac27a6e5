namespace Fanfare.Architecture.Tests;

/// <summary>Names and which of them use which.</summary>
internal sealed class Graph
{
    private readonly SortedDictionary<string, SortedSet<string>> _uses = new(StringComparer.Ordinal);

    public void Add(string name)
    {
        if (!_uses.ContainsKey(name))
        {
            _uses.Add(name, new SortedSet<string>(StringComparer.Ordinal));
        }
    }

    public void Add(string from, string to)
    {
        Add(from);
        Add(to);
        if (from != to)
        {
            _uses[from].Add(to);
        }
    }

    /// <summary>The same uses among groups of names, such as the folders of files.</summary>
    public Graph GroupedBy(Func<string, string> group)
    {
        var grouped = new Graph();
        foreach (var (from, targets) in _uses)
        {
            grouped.Add(group(from));
            foreach (var to in targets)
            {
                grouped.Add(group(from), group(to));
            }
        }

        return grouped;
    }

    /// <summary>Sets of names that all reach each other: whatever is in two or more of its own loops is in one set.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Circles()
    {
        var reach = _uses.Keys.ToDictionary(name => name, Reachable, StringComparer.Ordinal);
        var circles = new List<IReadOnlyList<string>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in _uses.Keys)
        {
            if (seen.Contains(name) || !reach[name].Contains(name))
            {
                continue;
            }

            var circle = reach[name].Where(other => reach[other].Contains(name)).Order(StringComparer.Ordinal).ToList();
            seen.UnionWith(circle);
            circles.Add(circle);
        }

        return circles;
    }

    private HashSet<string> Reachable(string start)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Stack<string>(_uses[start]);
        while (waiting.TryPop(out var next))
        {
            if (reached.Add(next))
            {
                foreach (var further in _uses[next])
                {
                    waiting.Push(further);
                }
            }
        }

        return reached;
    }
}
