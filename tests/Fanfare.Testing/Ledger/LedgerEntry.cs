namespace Fanfare.Testing;

/// <summary>What happened to a reader, in the ledger's own time.</summary>
internal readonly record struct LedgerEntry(long Time, LedgerEntryKind Kind, string? Room, string Wire, bool Resumes = false);

internal enum LedgerEntryKind
{
    Joining,
    Joined,
    Leaving,
    Left,
    Disconnected,
    ToldGap,
}

/// <summary>A message as a reader received it.</summary>
internal readonly record struct Reception(long Time, string Room, string Publisher, long Sequence, ulong Hash, string? Cursor, string Wire);
