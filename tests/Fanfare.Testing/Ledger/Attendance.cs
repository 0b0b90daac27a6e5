namespace Fanfare.Testing;

/// <summary>When a reader was in one room, and what it was told there.</summary>
internal sealed class Attendance
{
    private Attendance(List<Stay> stays, List<long> gaps)
    {
        Stays = stays;
        Gaps = gaps;
    }

    public IReadOnlyList<Stay> Stays { get; }

    /// <summary>When it was told of a gap.</summary>
    public IReadOnlyList<long> Gaps { get; }

    public static Attendance Of(IEnumerable<LedgerEntry> entries, string room)
    {
        var stays = new List<Stay>();
        var gaps = new List<long>();
        Stay? current = null;
        foreach (var entry in entries.Where(entry => entry.Room is null || entry.Room == room))
        {
            switch (entry.Kind)
            {
                case LedgerEntryKind.Joining:
                    current = Enter(current, entry, stays);
                    break;
                case LedgerEntryKind.Joined when current is { Joined: long.MaxValue }:
                    current.Joined = entry.Time;
                    break;
                case LedgerEntryKind.Leaving when current is not null:
                    current.Leaving = entry.Time;
                    break;
                case LedgerEntryKind.Left when current is not null:
                    current.Leaving = Math.Min(current.Leaving, entry.Time);
                    current.Left = entry.Time;
                    current = null;
                    break;
                case LedgerEntryKind.Disconnected when current is { IsAway: false }:
                    current.Losses.Add(entry.Time);
                    current.IsAway = true;
                    break;
                case LedgerEntryKind.ToldGap:
                    gaps.Add(entry.Time);
                    break;
            }
        }

        return new Attendance(stays, gaps);
    }

    /// <summary>The stay in which a message was received; null when the reader was no member.</summary>
    public Stay? At(long time)
    {
        foreach (var stay in Stays)
        {
            if (stay.Joining < time && time < stay.Left)
            {
                return stay;
            }
        }

        return null;
    }

    /// <summary>The stay in which a message must be received; null when there is none.</summary>
    public Stay? Owing(Publication publication)
    {
        foreach (var stay in Stays)
        {
            if (stay.Joined < publication.Begin && publication.End < stay.Leaving)
            {
                return stay;
            }
        }

        return null;
    }

    private static Stay Enter(Stay? current, LedgerEntry entry, List<Stay> stays)
    {
        var isWishedToEnd = current is { IsAway: true, Leaving: < long.MaxValue };
        if (current is not null && !isWishedToEnd && (!current.IsAway || entry.Resumes))
        {
            current.IsAway = false;
            return current;
        }

        if (current is not null)
        {
            (current.Leaving, current.Left) = (Math.Min(current.Leaving, entry.Time), entry.Time);
        }

        var next = new Stay(entry.Time, entry.Resumes);
        stays.Add(next);
        return next;
    }

    /// <summary>From one entrance to its end; losses of the line that were resumed are within.</summary>
    internal sealed class Stay(long joining, bool resumes)
    {
        public long Joining => joining;

        /// <summary>Whether it began with a cursor, so that it may bring older messages.</summary>
        public bool Resumes => resumes;

        public long Joined { get; set; } = long.MaxValue;

        public long Leaving { get; set; } = long.MaxValue;

        public long Left { get; set; } = long.MaxValue;

        public List<long> Losses { get; } = [];

        /// <summary>Whether the line was lost and not resumed: at the end of a stay, that its last messages may be missing.</summary>
        public bool IsAway { get; set; }
    }
}
