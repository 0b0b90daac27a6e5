namespace Fanfare.Testing;

/// <summary>Compares what one reader received of one publisher in one room with what it should have.</summary>
internal sealed class LineCheck(LedgerReader reader, Attendance attendance, LedgerLine line, List<LedgerFinding> findings)
{
    private readonly bool[] _isReceived = new bool[line.Publications.Length];

    /// <summary>The places of the messages received as a member, in the order of receiving.</summary>
    private readonly List<(long Time, int Place)> _heard = [];

    public static LedgerFinding NeverPublished(string reader, Reception reception) =>
        Found(FindingKind.Altered, reader, reception, "was never published");

    public void Run(IEnumerable<Reception> receptions)
    {
        var highest = -1;
        foreach (var reception in receptions)
        {
            CheckReception(reception, ref highest);
        }

        CheckMissing();
    }

    private void CheckReception(Reception reception, ref int highest)
    {
        var place = line.PlaceOf(reception.Sequence);
        if (place < 0)
        {
            findings.Add(NeverPublished(reader.Id, reception));
            return;
        }

        var publication = line.Publications[place];
        var stay = attendance.At(reception.Time);
        if (stay is null || (!stay.Resumes && publication.End < stay.Joining))
        {
            Add(FindingKind.Leaked, reception, stay is null ? "is no member" : "had not entered when it was published, and did not ask for the past");
            return;
        }

        if (reception.Hash != publication.Hash)
        {
            Add(FindingKind.Altered, reception, "has another content");
        }
        else if (reception.Cursor is not null && publication.Cursor is not null && reception.Cursor != publication.Cursor)
        {
            Add(FindingKind.Altered, reception, $"has cursor {reception.Cursor}, its sender was told {publication.Cursor}");
        }

        if (_isReceived[place])
        {
            Add(FindingKind.Doubled, reception, "came before");
            return;
        }

        if (place < highest)
        {
            Add(FindingKind.OutOfOrder, reception, $"came after {line.Publications[highest].Sequence}");
        }

        highest = Math.Max(highest, place);
        _isReceived[place] = true;
        _heard.Add((reception.Time, place));
    }

    private void CheckMissing()
    {
        var told = attendance.Gaps.Select(time => HoleAt(time, untilTime: time)).ToList();
        var away = attendance.Stays.SelectMany(static stay => stay.Losses).Select(time => HoleAt(time, untilTime: long.MaxValue)).ToList();
        var lastHeard = attendance.Stays.Where(static stay => stay.IsAway).ToDictionary(static stay => stay, LastPlaceIn);
        (FindingKind Kind, int From, int To)? run = null;
        for (var place = 0; place < _isReceived.Length; place++)
        {
            var kind = KindOfMissing(place, told, away, lastHeard);
            if (run is { } open && open.Kind == kind)
            {
                run = open with { To = place };
                continue;
            }

            AddMissing(run);
            run = kind is { } next ? (next, place, place) : null;
        }

        AddMissing(run);
    }

    /// <summary>Null when the message is not missing, or when nobody owes it.</summary>
    private FindingKind? KindOfMissing(int place, List<Hole> told, List<Hole> away, Dictionary<Attendance.Stay, int> lastHeard)
    {
        var publication = line.Publications[place];
        if (_isReceived[place] || attendance.Owing(publication) is not { } stay)
        {
            return null;
        }

        if (told.Exists(hole => hole.Covers(place, publication)) || (lastHeard.TryGetValue(stay, out var last) && place > last))
        {
            return null;
        }

        return away.Exists(hole => hole.Covers(place, publication)) ? FindingKind.SilentGap : FindingKind.Lost;
    }

    /// <summary>What is between the last message before a moment and the first one after it; open to the end when none came after.</summary>
    private Hole HoleAt(long time, long untilTime)
    {
        var before = -1;
        var after = int.MaxValue;
        foreach (var (heardAt, place) in _heard)
        {
            if (heardAt < time)
            {
                before = Math.Max(before, place);
            }
            else if (place > before)
            {
                after = Math.Min(after, place);
            }
        }

        return new Hole(before, after, after == int.MaxValue ? untilTime : long.MaxValue);
    }

    private int LastPlaceIn(Attendance.Stay stay)
    {
        var last = -1;
        foreach (var (time, place) in _heard)
        {
            if (stay.Joining < time && time < stay.Left)
            {
                last = Math.Max(last, place);
            }
        }

        return last;
    }

    private void AddMissing((FindingKind Kind, int From, int To)? run)
    {
        if (run is not var (kind, from, to))
        {
            return;
        }

        var (first, last) = (line.Publications[from], line.Publications[to]);
        var detail = kind == FindingKind.SilentGap ? "was published while it was away, and it was not told" : "did not come";
        findings.Add(new LedgerFinding(kind, reader.Id, reader.Wire, first.Room, first.Publisher, first.Sequence, last.Sequence, detail));
    }

    private void Add(FindingKind kind, Reception reception, string detail) => findings.Add(Found(kind, reader.Id, reception, detail));

    private static LedgerFinding Found(FindingKind kind, string reader, Reception reception, string detail) =>
        new(kind, reader, reception.Wire, reception.Room, reception.Publisher, reception.Sequence, reception.Sequence, detail);

    /// <summary>Places between two others, published before a time.</summary>
    private readonly record struct Hole(int Before, int After, long UntilTime)
    {
        public bool Covers(int place, Publication publication) => Before < place && place < After && publication.Begin < UntilTime;
    }
}
