using System.Security.Cryptography;

namespace Fanfare;

/// <summary>The log of one namespace in memory, bounded by count per room, age, and bytes.</summary>
/// <remarks>
/// An entry is kept as long as one of its rooms keeps it. Each room remembers up to where it dropped entries, for as long as
/// a reader could still ask; where even that is forgotten, everything dropped from the namespace counts. So a gap is always told.
/// </remarks>
public sealed class MemoryHistory : IHistory
{
    /// <summary>The key under which emits to everybody are kept: a room of their own.</summary>
    private const string Everybody = "";

    private const string EpochAlphabet = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const int EntryOverheadBytes = 200;
    private const int MinCountToCompact = 256;

    private readonly Lock _lock = new();
    private readonly HistoryLimits _limits;
    private readonly TimeProvider _time;
    private readonly string _epoch = RandomNumberGenerator.GetString(EpochAlphabet, 10);
    private readonly Dictionary<string, RoomLog> _rooms = new(StringComparer.Ordinal);
    private Queue<Entry> _entries = new();
    private int _keptCount;
    private long _head;
    private long _bytes;
    private long _forgottenThrough;
    private GapReason _forgottenReason;

    /// <summary>Makes an empty log with an epoch of its own.</summary>
    public MemoryHistory(HistoryLimits limits, TimeProvider time)
    {
        _limits = limits;
        _time = time;
    }

    /// <inheritdoc/>
    public EventId Head
    {
        get
        {
            lock (_lock)
            {
                return new EventId(_epoch, _head);
            }
        }
    }

    /// <summary>How many entries are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _keptCount;
            }
        }
    }

    /// <summary>How many rooms the log knows of, those included that only remember what they dropped.</summary>
    public int RoomCount
    {
        get
        {
            lock (_lock)
            {
                return _rooms.Count;
            }
        }
    }

    /// <inheritdoc/>
    public EventId Record(Broadcast broadcast)
    {
        var now = _time.GetTimestamp();
        lock (_lock)
        {
            var id = new EventId(_epoch, ++_head);
            var entry = new Entry(id, broadcast, now, SizeOf(broadcast));
            _entries.Enqueue(entry);
            _keptCount++;
            _bytes += entry.Bytes;
            if (broadcast.Target.RoomNames.Length == 0)
            {
                Append(Everybody, entry);
            }
            else
            {
                foreach (var room in broadcast.Target.RoomNames)
                {
                    Append(room, entry);
                }
            }

            Trim(now);
            return id;
        }
    }

    /// <inheritdoc/>
    public ValueTask<HistoryPage> ReadAfterAsync(EventId after, HistoryQuery query, EventId upTo, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var now = _time.GetTimestamp();
        lock (_lock)
        {
            Trim(now);
            if (after.Epoch != _epoch || after.Sequence > _head)
            {
                return ValueTask.FromResult(new HistoryPage([], EpochGaps(query), false));
            }

            var found = new List<Entry>();
            List<HistoryGap>? gaps = null;
            if (query.IncludesEverybody)
            {
                Note(null, Collect(Everybody, after.Sequence, upTo.Sequence, limit, query.ExceptedBy, found));
            }

            foreach (var room in query.Rooms)
            {
                Note(room, Collect(room, after.Sequence, upTo.Sequence, limit, query.ExceptedBy, found));
            }

            found.Sort(static (a, b) => a.Id.Sequence.CompareTo(b.Id.Sequence));
            var entries = new List<HistoryEntry>(Math.Min(found.Count, limit));
            Entry? previous = null;
            var hasMore = false;
            foreach (var entry in found)
            {
                if (ReferenceEquals(entry, previous))
                {
                    continue;
                }

                previous = entry;
                if (entries.Count == limit)
                {
                    hasMore = true;
                    break;
                }

                entries.Add(new HistoryEntry(entry.Id, entry.Broadcast));
            }

            return ValueTask.FromResult(new HistoryPage(entries, gaps ?? [], hasMore));

            void Note(string? room, GapReason reason)
            {
                if (reason != GapReason.None)
                {
                    (gaps ??= []).Add(new HistoryGap(room, reason));
                }
            }
        }
    }

    private static List<HistoryGap> EpochGaps(HistoryQuery query)
    {
        var gaps = query.Rooms.Select(static room => new HistoryGap(room, GapReason.Epoch)).ToList();
        if (query.IncludesEverybody)
        {
            gaps.Add(new HistoryGap(null, GapReason.Epoch));
        }

        return gaps;
    }

    private static long SizeOf(Broadcast broadcast)
    {
        long bytes = EntryOverheadBytes + broadcast.Message.Arguments.Json.Length + (broadcast.Message.Event.Length * 2);
        foreach (var attachment in broadcast.Message.Arguments.Attachments)
        {
            bytes += attachment.Length;
        }

        return bytes;
    }

    private static bool IsExcepted(BroadcastTarget target, IReadOnlyCollection<string> rooms)
    {
        foreach (var room in target.ExceptNames)
        {
            if (rooms.Contains(room))
            {
                return true;
            }
        }

        return false;
    }

    private void Append(string room, Entry entry)
    {
        if (!_rooms.TryGetValue(room, out var log))
        {
            log = new RoomLog(_forgottenThrough, _forgottenReason);
            _rooms.Add(room, log);
        }

        log.Entries.Add(entry);
        entry.RoomCount++;
        if (log.Entries.Count - log.First > _limits.MaxCountPerRoom)
        {
            Drop(log, GapReason.Trimmed);
        }
    }

    /// <summary>One page more than the limit is collected per room, so that the caller sees whether more follow.</summary>
    private GapReason Collect(string room, long after, long upTo, int limit, IReadOnlyCollection<string> exceptedBy, List<Entry> found)
    {
        if (!_rooms.TryGetValue(room, out var log))
        {
            return after < _forgottenThrough ? _forgottenReason : GapReason.None;
        }

        var entries = log.Entries;
        var low = log.First;
        var high = entries.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (entries[middle].Id.Sequence <= after)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        for (var taken = 0; low < entries.Count && entries[low].Id.Sequence <= upTo && taken <= limit; low++)
        {
            // What the reader is excepted from does not count, or a page of nothing but that would look like the last one.
            if (!IsExcepted(entries[low].Broadcast.Target, exceptedBy))
            {
                found.Add(entries[low]);
                taken++;
            }
        }

        return after < log.DroppedThrough ? log.DroppedReason : GapReason.None;
    }

    private void Trim(long now)
    {
        while (_entries.TryPeek(out var oldest))
        {
            var isOld = _time.GetElapsedTime(oldest.Timestamp, now) > _limits.MaxAge;
            if (!isOld && _bytes <= _limits.MaxBytes && oldest.RoomCount > 0)
            {
                break;
            }

            _entries.Dequeue();
            if (oldest.RoomCount > 0)
            {
                DropEverywhere(oldest, isOld ? GapReason.Expired : GapReason.Trimmed);
            }
        }

        // Dropped entries behind a kept one wait for nothing; without this a quiet room would make a busy one grow.
        if (_entries.Count > MinCountToCompact + (2 * _keptCount))
        {
            _entries = new Queue<Entry>(_entries.Where(static entry => entry.RoomCount > 0));
        }
    }

    private void DropEverywhere(Entry entry, GapReason reason)
    {
        if (entry.Broadcast.Target.RoomNames.Length == 0)
        {
            DropFrom(Everybody, entry, reason);
            return;
        }

        foreach (var room in entry.Broadcast.Target.RoomNames)
        {
            DropFrom(room, entry, reason);
        }
    }

    private void DropFrom(string room, Entry entry, GapReason reason)
    {
        if (!_rooms.TryGetValue(room, out var log) || log.First == log.Entries.Count || !ReferenceEquals(log.Entries[log.First], entry))
        {
            return;
        }

        Drop(log, reason);
        if (log.First == log.Entries.Count)
        {
            // Nothing is left of the room: from here on the whole namespace answers for it, which may tell a gap too many but none too few.
            _rooms.Remove(room);
            if (log.DroppedThrough > _forgottenThrough)
            {
                _forgottenThrough = log.DroppedThrough;
                _forgottenReason = reason;
            }
        }
    }

    private void Drop(RoomLog log, GapReason reason)
    {
        var entry = log.Entries[log.First];
        log.Entries[log.First] = null!;
        log.First++;
        log.DroppedThrough = entry.Id.Sequence;
        log.DroppedReason = reason;
        if (--entry.RoomCount == 0)
        {
            _bytes -= entry.Bytes;
            _keptCount--;
            entry.Forget();
        }

        if (log.First >= 32 && log.First * 2 >= log.Entries.Count)
        {
            log.Entries.RemoveRange(0, log.First);
            log.First = 0;
        }
    }

    private sealed class Entry(EventId id, Broadcast broadcast, long timestamp, long bytes)
    {
        public EventId Id { get; } = id;

        public Broadcast Broadcast { get; private set; } = broadcast;

        public long Timestamp { get; } = timestamp;

        public long Bytes { get; } = bytes;

        /// <summary>How many rooms still keep the entry.</summary>
        public int RoomCount { get; set; }

        /// <summary>The entry waits in line to be dequeued; its payload need not.</summary>
        public void Forget() => Broadcast = null!;
    }

    private sealed class RoomLog(long droppedThrough, GapReason droppedReason)
    {
        /// <summary>Entries from <see cref="First"/> on; those before it were dropped.</summary>
        public List<Entry> Entries { get; } = [];

        public int First { get; set; }

        public long DroppedThrough { get; set; } = droppedThrough;

        public GapReason DroppedReason { get; set; } = droppedReason;
    }
}
