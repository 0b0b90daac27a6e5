namespace Fanfare;

/// <summary>What a reader asks of a log. Immutable.</summary>
public sealed class HistoryQuery
{
    /// <summary>Whose messages are read.</summary>
    public required IReadOnlyCollection<string> Rooms { get; init; }

    /// <summary>Whether messages to the whole namespace are read too.</summary>
    public bool IncludesEverybody { get; init; }

    /// <summary>A message that excepts one of these rooms is left out. Usually all rooms of the reader.</summary>
    public IReadOnlyCollection<string> ExceptedBy { get; init; } = [];

    /// <summary>Whether nothing is asked for.</summary>
    public bool IsEmpty => Rooms.Count == 0 && !IncludesEverybody;

    /// <summary>The same query without the rooms of which <paramref name="page"/> tells a gap.</summary>
    public HistoryQuery WithoutGapsOf(in HistoryPage page)
    {
        var gaps = page.Gaps;
        return new HistoryQuery
        {
            Rooms = [.. Rooms.Where(room => gaps.All(gap => gap.Room != room))],
            IncludesEverybody = IncludesEverybody && gaps.All(static gap => gap.Room is not null),
            ExceptedBy = ExceptedBy,
        };
    }
}
