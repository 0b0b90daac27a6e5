using System.Globalization;

namespace Fanfare.WebSockets.Tests.Interleavings;

/// <summary>One order of steps in one namespace, and what must hold at its end.</summary>
internal sealed class JoinRun
{
    private const string Room = "room";
    private const string OtherRoom = "other";

    private readonly Namespace _main;
    private readonly string _scenario;
    private readonly Arguments _large;
    private readonly ListConnection _first;
    private readonly ListConnection _second;
    private readonly List<Task> _joining = [];
    private readonly Dictionary<string, int> _members = [];
    private readonly List<long> _published = [];
    private readonly string _since;
    private int _begun;
    private bool _hasEnded;
    private bool _hasLeft;

    public JoinRun(Namespace main, string scenario, Arguments large)
    {
        _main = main;
        _scenario = scenario;
        _large = large;
        main.Joined += (connection, room) => Count(connection, room, 1);
        main.Left += (connection, room) => Count(connection, room, -1);
        main.Options.Limits.MaxRooms = scenario == "one room too many" ? 1 : 128;
        main.Options.Limits.MaxHeldMessages = scenario == "more than may wait" ? 1 : 4096;
        main.Options.History.MaxCountPerRoom = scenario == "trimmed meanwhile" ? 3 : 1000;
        _first = new ListConnection("first", main, scenario == "identify late" ? User.Anonymous : new User("u"));
        _second = new ListConnection("second", main, new User("v"));
        _since = main.History.Head.ToString();
        Publish();
        Publish();
        if (!scenario.StartsWith("enter", StringComparison.Ordinal))
        {
            main.Enter(_first, static _ => { });
        }

        main.Enter(_second, static _ => { });
        if (scenario == "one room too many")
        {
            main.JoinAsync(_first, [OtherRoom], null, static _ => { }).AsTask().Wait();
        }
    }

    private bool Resumes => _scenario is not ("join" or "enter, end" or "identify late");

    public async Task RunAsync(int[] order)
    {
        foreach (var actor in order)
        {
            Step(actor);
        }

        // What still waits for its reader, or has not begun, goes to its end.
        while (_joining.Exists(static task => !task.IsCompleted) && (_first.TakeAll() | _second.TakeAll()))
        {
        }

        await Task.WhenAll(_joining).InTime();
        if (_scenario == "more than may wait" && _begun != 0 && !_first.Frames.Contains($"{_published[^1]}"))
        {
            // Something was lost, and so was all that came after it.
            Assert.Equal(CloseReason.SlowConsumer, await _first.WhenCut.InTime());
        }

        Check(_first, isSecond: false);
        if (_scenario == "two readers")
        {
            Check(_second, isSecond: true);
        }

        _first.Leave(CloseReason.TransportClose);
        _second.Leave(CloseReason.TransportClose);
        await _first.Completion.InTime();
        await _second.Completion.InTime();
        Assert.Equal(0, _main.ConnectionCount);
        Assert.Equal(0, _main.RoomCount);
        Assert.All(_members, static member => Assert.True(member.Value == 0, $"{member.Key}: {member.Value} more joined than left"));
    }

    public override string ToString() => $"[{string.Join(' ', _first.Frames)}] [{string.Join(' ', _second.Frames)}]";

    private void Step(int actor)
    {
        switch (actor)
        {
            case 0:
                Publish();
                break;
            case 1:
                GoOn(_first, isFirst: true);
                break;
            case 2 when _scenario == "two readers":
                GoOn(_second, isFirst: false);
                break;
            case 2 when _scenario == "two joins at once":
                GoOn(_first, isFirst: false);
                break;
            case 2:
                Interfere();
                break;
        }
    }

    private void Publish()
    {
        var target = _scenario switch
        {
            "enter with since" or "enter, end" or "identify late" => _main.To(User.RoomOf("u")),
            "two joins at once" when _published.Count % 2 == 1 => _main.To(OtherRoom),
            _ => _main.To(Room),
        };
        var id = target.EmitAsync("n", _large).AsTask();
        Assert.True(id.IsCompleted);
        _published.Add(id.Result!.Value.Sequence);
    }

    /// <summary>The first time it begins, later it lets what waits for the reader go on.</summary>
    private void GoOn(ListConnection connection, bool isFirst)
    {
        var bit = isFirst ? 1 : 2;
        if ((_begun & bit) != 0)
        {
            connection.TakeAll();
            return;
        }

        _begun |= bit;
        _joining.Add(_scenario switch
        {
            "enter with since" => EnterAsync(),
            "enter, end" => EnterNow(),
            "identify late" => IdentifyNow(),
            _ => _main.JoinAsync(
                connection,
                [_scenario == "two joins at once" && !isFirst ? OtherRoom : Room],
                Resumes ? _since : null,
                join => connection.Answer(join.IsRefused ? "refused" : $"joined {join.Cursor.Sequence} {join.Gap}")).AsTask(),
        });
    }

    private Task EnterNow()
    {
        _main.Enter(_first, head => _first.Answer($"joined {head.Sequence} None"));
        return Task.CompletedTask;
    }

    private Task IdentifyNow()
    {
        _main.Identify(_first, new User("u"), head => _first.Answer($"joined {head.Sequence} None"));
        return Task.CompletedTask;
    }

    private async Task EnterAsync()
    {
        var head = default(EventId);
        if (_main.Enter(_first, cursor => head = cursor, hold: true) == Entry.Entered)
        {
            await _main.CatchUpAsync(
                _first,
                new HistoryQuery { Rooms = [User.RoomOf("u")], IncludesEverybody = true },
                _since,
                head,
                (gap, cursor) => _first.Answer($"joined {cursor.Sequence} {gap}"));
        }
    }

    private void Interfere()
    {
        switch (_scenario)
        {
            case "join with since, end" or "enter, end" or "identify late":
                _hasEnded = true;
                _first.Leave(CloseReason.TransportClose);
                break;
            case "join with since, leave":
                _hasLeft = true;
                _first.LeaveAsync(Room).AsTask().Wait();
                break;
            case "one room too many":
                _first.LeaveAsync(OtherRoom).AsTask().Wait();
                break;
            default:
                _main.Transient.EmitAsync("transient", Arguments.Empty).AsTask().Wait();
                break;
        }
    }

    private void Check(ListConnection connection, bool isSecond)
    {
        var answers = connection.Frames.Select(static (text, index) => (text, index)).Where(static frame => frame.text.StartsWith("joined", StringComparison.Ordinal)).ToList();
        var seen = connection.Frames.Where(static text => char.IsAsciiDigit(text[0])).Select(static text => long.Parse(text, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(seen.Count, seen.Distinct().Count());
        if (answers.Count == 0)
        {
            // Refused, or over before it was answered: then it has seen a beginning of what was missed at most.
            Assert.True(_hasEnded || connection.IsClosed || connection.Frames.Contains("refused") || (_begun & (isSecond ? 2 : 1)) == 0);
            return;
        }

        if (_scenario == "two joins at once")
        {
            CheckTwoJoins(answers, seen);
            return;
        }

        var (answer, place) = answers.Single();
        var words = answer.Split(' ');
        var head = long.Parse(words[1], CultureInfo.InvariantCulture);
        var before = connection.Frames.Take(place).Where(static text => char.IsAsciiDigit(text[0])).Select(static text => long.Parse(text, CultureInfo.InvariantCulture)).ToList();
        var after = seen.Skip(before.Count).ToList();
        if (words[2] == "None" && !connection.IsClosed)
        {
            // Up to the answer all that was missed, and nothing live.
            Assert.Equal(Resumes ? _published.Where(id => id <= head) : [], before);
        }

        // Behind it all that is live, up to where it left.
        var live = _published.Where(id => id > head).ToList();
        Assert.Equal(live.Take(after.Count), after);
        if (!_hasEnded && !_hasLeft && !connection.IsClosed)
        {
            Assert.Equal(live.Count, after.Count);
        }
    }

    /// <summary>A replay of each room, the live ones behind the last answer, and each message once: nothing of a room may be missing.</summary>
    private void CheckTwoJoins(List<(string Text, int Index)> answers, List<long> seen)
    {
        var expected = _published.Where((_, place) => (_begun & (place % 2 == 1 ? 2 : 1)) != 0);
        Assert.Equal(expected, seen.Order());
        var last = answers[^1];
        var after = _first.Frames.Skip(last.Index + 1).Where(static text => char.IsAsciiDigit(text[0])).Select(static text => long.Parse(text, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(after.Order(), after);
    }

    private void Count(Connection connection, string room, int change)
    {
        var key = $"{connection.Id} in {room}";
        lock (_members)
        {
            _members[key] = _members.GetValueOrDefault(key) + change;
            Assert.InRange(_members[key], 0, 1);
        }
    }
}
