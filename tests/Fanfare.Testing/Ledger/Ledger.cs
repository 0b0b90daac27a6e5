using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Fanfare.Testing;

/// <summary>
/// The books of a test: what was published, what each reader received, when it came and went, and what it was told. At the end <see cref="Check"/> says what does not
/// add up. Safe to use from any thread while writing; checked once everything has arrived.
/// </summary>
/// <remarks>
/// <para>Time is the order of the entries. An entry that asks for something (<see cref="Publishing"/>, <see cref="LedgerReader.Joining"/>, <see cref="LedgerReader.Leaving"/>) is written before the
/// request is sent, one that confirms (<see cref="Published"/>, <see cref="LedgerReader.Joined"/>, <see cref="LedgerReader.Left"/>) after the answer has come. What overlaps may go either way.</para>
/// <para>A reader must receive what was published between its being a member and its wish to leave, also what was published while it was away, if it resumed. It need not receive what a told gap covers: the
/// messages between the last one before it was told and the first one after. Whoever goes away and never comes back may have missed the end.</para>
/// </remarks>
public sealed class Ledger
{
    private readonly ConcurrentQueue<Publication> _publications = new();
    private readonly ConcurrentDictionary<string, LedgerReader> _readers = new(StringComparer.Ordinal);
    private long _time;

    /// <summary>Enters a message that is about to be sent.</summary>
    /// <param name="room">The room it is for.</param>
    /// <param name="sequence">Its place among the messages of its room and publisher: rising, each once.</param>
    /// <param name="content">What readers must find again.</param>
    /// <param name="publisher">Tells publishers apart that speak in one room at once.</param>
    public Publication Publishing(string room, long sequence, string content, string publisher = "")
    {
        var publication = new Publication(room, publisher, sequence, HashOf(content), Now());
        _publications.Enqueue(publication);
        return publication;
    }

    /// <summary>Enters that a message was taken.</summary>
    /// <param name="publication">The message.</param>
    /// <param name="cursor">The cursor its sender got; <see langword="null"/> when it got none.</param>
    public void Published(Publication publication, string? cursor = null)
    {
        publication.Cursor = cursor;
        publication.End = Now();
    }

    /// <summary>The page of a reader; a new one when it is asked for the first time. A reader that moves to another wire keeps its page.</summary>
    public LedgerReader Reader(string id) => _readers.GetOrAdd(id, static (id, ledger) => new LedgerReader(id, ledger.Now), this);

    /// <summary>Compares what was received with what was published.</summary>
    public LedgerReport Check()
    {
        var findings = new List<LedgerFinding>();
        var lines = _publications.GroupBy(static publication => (publication.Room, publication.Publisher))
            .ToDictionary(static group => group.Key, static group => new LedgerLine(group));
        foreach (var reader in _readers.Values.OrderBy(static reader => reader.Id, StringComparer.Ordinal))
        {
            CheckReader(reader, lines, findings);
        }

        return new LedgerReport(
            findings,
            _publications.Count,
            _readers.Values.Sum(static reader => (long)reader.Receptions.Count),
            _readers.Values.Sum(static reader => (long)reader.Entries.Count(static entry => entry.Kind == LedgerEntryKind.ToldGap)));
    }

    internal static ulong HashOf(string content) => HashOf(Encoding.UTF8.GetBytes(content));

    internal static ulong HashOf(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return BitConverter.ToUInt64(hash);
    }

    private static void CheckReader(LedgerReader reader, Dictionary<(string Room, string Publisher), LedgerLine> lines, List<LedgerFinding> findings)
    {
        var received = reader.Receptions.ToLookup(static reception => (reception.Room, reception.Publisher));
        foreach (var ((room, publisher), line) in lines)
        {
            new LineCheck(reader, Attendance.Of(reader.Entries, room), line, findings).Run(received[(room, publisher)]);
        }

        foreach (var invented in received.Where(group => !lines.ContainsKey(group.Key)).SelectMany(static group => group))
        {
            findings.Add(LineCheck.NeverPublished(reader.Id, invented));
        }
    }

    private long Now() => Interlocked.Increment(ref _time);
}
