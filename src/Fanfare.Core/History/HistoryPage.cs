namespace Fanfare;

/// <summary>Some entries of a log, in order.</summary>
/// <param name="Entries">The entries, each with its position.</param>
/// <param name="Gaps">The rooms of which something before the entries was dropped already; all that were asked for when the position is not of this log.</param>
/// <param name="HasMore">Whether more entries follow, after the last one here.</param>
public readonly record struct HistoryPage(IReadOnlyList<HistoryEntry> Entries, IReadOnlyList<HistoryGap> Gaps, bool HasMore)
{
    /// <summary>Whether something is missing, and why.</summary>
    public GapReason Gap => Gaps.Count == 0 ? GapReason.None : Gaps[^1].Reason;
}

/// <summary>A kept broadcast and its position.</summary>
/// <param name="Id">Its position.</param>
/// <param name="Broadcast">What was said, and to whom.</param>
public readonly record struct HistoryEntry(EventId Id, Broadcast Broadcast);

/// <summary>Something of a room is missing.</summary>
/// <param name="Room">The room; <see langword="null"/> for what went to the whole namespace.</param>
/// <param name="Reason">Why it is missing.</param>
public readonly record struct HistoryGap(string? Room, GapReason Reason);
