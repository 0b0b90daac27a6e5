namespace Fanfare.Testing;

/// <summary>The page of one reader. Written by whoever reads its wire, in the order of that wire; safe to use from any thread.</summary>
public sealed class LedgerReader
{
    private readonly Lock _lock = new();
    private readonly List<LedgerEntry> _entries = [];
    private readonly List<Reception> _receptions = [];
    private readonly Func<long> _now;
    private string _wire = "?";

    internal LedgerReader(string id, Func<long> now)
    {
        Id = id;
        _now = now;
    }

    public string Id { get; }

    internal IReadOnlyList<LedgerEntry> Entries => _entries;

    internal IReadOnlyList<Reception> Receptions => _receptions;

    internal string Wire => _wire;

    /// <summary>Enters which wire the reader is on from now on.</summary>
    public void Connected(string wire)
    {
        lock (_lock)
        {
            _wire = wire;
        }
    }

    /// <summary>Enters that the line is gone, for whatever reason: the reader is away in all its rooms, until it joins them again.</summary>
    public void Disconnected() => Add(LedgerEntryKind.Disconnected, room: null);

    /// <summary>Enters that the reader is about to ask for a room.</summary>
    /// <param name="room">The room.</param>
    /// <param name="resumes">Whether it shows a cursor, so that it gets what it missed.</param>
    public void Joining(string room, bool resumes = false) => Add(LedgerEntryKind.Joining, room, resumes);

    /// <summary>Enters that the reader was told that it is in the room. If the answer says that not all could be recovered, <see cref="ToldGap"/> is entered too.</summary>
    public void Joined(string room) => Add(LedgerEntryKind.Joined, room);

    /// <summary>Enters that the reader is about to leave a room.</summary>
    public void Leaving(string room) => Add(LedgerEntryKind.Leaving, room);

    /// <summary>Enters that the reader was told that it is out of the room.</summary>
    public void Left(string room) => Add(LedgerEntryKind.Left, room);

    /// <summary>Enters that the reader was told that something is missing at this place: a <c>reset</c>, a <c>recovered: false</c>, a fresh session.</summary>
    /// <param name="room">The room, or <see langword="null"/> for all of them.</param>
    public void ToldGap(string? room = null) => Add(LedgerEntryKind.ToldGap, room);

    /// <summary>Enters a message.</summary>
    /// <param name="room">The room it came for.</param>
    /// <param name="sequence">The place that its content says it has.</param>
    /// <param name="content">The whole of what was published.</param>
    /// <param name="cursor">The cursor it came with; not compared when either side has none.</param>
    /// <param name="publisher">Who its content says published it.</param>
    public void Received(string room, long sequence, string content, string? cursor = null, string publisher = "")
    {
        var hash = Ledger.HashOf(content);
        lock (_lock)
        {
            _receptions.Add(new Reception(_now(), room, publisher, sequence, hash, cursor, _wire));
        }
    }

    private void Add(LedgerEntryKind kind, string? room, bool resumes = false)
    {
        lock (_lock)
        {
            _entries.Add(new LedgerEntry(_now(), kind, room, _wire, resumes));
        }
    }
}
