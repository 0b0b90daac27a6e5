namespace Fanfare;

/// <summary>Some entries of a log, in order.</summary>
/// <param name="Entries">The entries, each with its position.</param>
/// <param name="Gap">Whether something before them was dropped already.</param>
/// <param name="HasMore">Whether more entries follow, after the last one here.</param>
public readonly record struct HistoryPage(IReadOnlyList<HistoryEntry> Entries, GapReason Gap, bool HasMore);

/// <summary>A kept broadcast and its position.</summary>
/// <param name="Id">Its position.</param>
/// <param name="Broadcast">What was said, and to whom.</param>
public readonly record struct HistoryEntry(EventId Id, Broadcast Broadcast);
