using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Fanfare.Core.Tests.History;

public sealed class MemoryHistoryTests
{
    private static readonly string[] Names = ["a", "b", "c"];

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddSeconds(Random.Shared.NextDouble() * 4e9));
    private readonly HistoryLimits _limits = new();

    [Fact]
    public async Task Everything_after_a_position_comes_once_and_in_order()
    {
        var history = NewHistory();
        var start = history.Head;
        Record(history, ["a"], "1");
        var second = Record(history, [], "2 to all");
        Record(history, ["b"], "3 elsewhere");
        Record(history, ["a", "b"], "4 in both");
        Record(history, ["a"], "5 not for me", except: ["me"]);

        Assert.Equal(["1", "2 to all", "4 in both"], await ReadAsync(history, start, ["me", "a"]));
        Assert.Equal(["3 elsewhere", "4 in both"], (await ReadAsync(history, second, ["a", "b", "me"]))[..2]);
        Assert.Equal(["2 to all"], await ReadAsync(history, start, ["nowhere"]));
        Assert.Empty(await ReadAsync(history, history.Head, ["a", "b"]));
    }

    [Fact]
    public async Task Pages_follow_each_other_without_a_gap_or_a_repeat()
    {
        var history = NewHistory();
        var after = history.Head;
        for (var i = 0; i < 25; i++)
        {
            Record(history, i % 3 == 0 ? [] : i % 3 == 1 ? ["a"] : ["a", "b"], $"{i}");
        }

        var read = new List<string>();
        var upTo = history.Head;
        Record(history, ["a"], "later");
        while (true)
        {
            var page = await history.ReadAfterAsync(after, Asking(["a", "b"]), upTo, 4, TestContext.Current.CancellationToken);
            Assert.InRange(page.Entries.Count, 1, 4);
            read.AddRange(page.Entries.Select(static entry => entry.Broadcast.Message.Event));
            after = page.Entries[^1].Id;
            if (!page.HasMore)
            {
                break;
            }
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(static i => $"{i}"), read);
    }

    [Fact]
    public async Task Count_is_per_room_and_a_gap_is_told_only_to_who_missed_something()
    {
        _limits.MaxCountPerRoom = 3;
        var history = NewHistory();
        var start = history.Head;
        Record(history, ["quiet"], "kept");
        for (var i = 0; i < 4; i++)
        {
            Record(history, ["busy"], $"{i}");
        }

        Assert.Equal(["kept"], await ReadAsync(history, start, ["quiet"]));
        Assert.Equal(GapReason.Trimmed, await GapAsync(history, start, ["busy"]));
        Assert.Equal(GapReason.Trimmed, await GapAsync(history, start, ["busy", "quiet"]));
        Assert.Equal(4, history.Count);
    }

    [Fact]
    public async Task An_entry_in_two_rooms_stays_as_long_as_one_keeps_it()
    {
        _limits.MaxCountPerRoom = 2;
        var history = NewHistory();
        var start = history.Head;
        Record(history, ["a", "b"], "both");
        Record(history, ["a"], "1");
        Record(history, ["a"], "2");

        Assert.Equal(["both"], await ReadAsync(history, start, ["b"]));
        Assert.Equal(GapReason.Trimmed, await GapAsync(history, start, ["a"]));
        Assert.Equal(3, history.Count);
    }

    [Fact]
    public async Task Old_entries_go_and_the_reason_is_their_age()
    {
        var history = NewHistory();
        var start = history.Head;
        var old = Record(history, ["a"], "old");
        _time.Advance(TimeSpan.FromMinutes(4));
        Record(history, ["a"], "young");
        _time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(GapReason.Expired, await GapAsync(history, start, ["a"]));
        Assert.Equal(["young"], await ReadAsync(history, old, ["a"]));
        Assert.Equal(1, history.Count);
    }

    [Fact]
    public async Task Bytes_of_the_whole_namespace_are_bounded()
    {
        _limits.MaxBytes = 100_000;
        var history = NewHistory();
        var start = history.Head;
        for (var i = 0; i < 1000; i++)
        {
            Record(history, [$"room {i}"], "e", new string('x', 1000));
        }

        Assert.InRange(history.Count, 50, 100);
        Assert.Equal(GapReason.Trimmed, await GapAsync(history, start, ["room 0"]));
        Assert.Equal(GapReason.None, await GapAsync(history, history.Head, ["room 0"]));
        Assert.InRange(history.RoomCount, 1, 101);
    }

    [Theory]
    [InlineData("other00000", 0)]
    [InlineData("", 0)]
    [InlineData(null, 1)]
    [InlineData(null, 1000)]
    public async Task A_position_of_another_log_or_of_the_future_is_unknown(string? epoch, long ahead)
    {
        var history = NewHistory();
        Record(history, ["a"], "e");

        Assert.Equal(GapReason.Epoch, await GapAsync(history, new EventId(epoch ?? history.Head.Epoch, history.Head.Sequence + ahead), ["a"]));
    }

    [Fact]
    public void Two_logs_have_different_epochs_and_cursors_are_short_and_plain()
    {
        var cursors = Enumerable.Range(0, 100).Select(_ => NewHistory().Head.ToString()).ToArray();

        Assert.Equal(100, cursors.Distinct().Count());
        Assert.All(cursors, static cursor => Assert.Matches("^[0-9A-Za-z]{1,40}-0$", cursor));
    }

    [Fact]
    public void What_was_dropped_leaves_nothing_behind()
    {
        _limits.MaxCountPerRoom = 10;
        var history = NewHistory();
        Record(history, ["quiet"], "kept for ever");
        for (var i = 0; i < 100_000; i++)
        {
            Record(history, ["busy"], "e");
        }

        Assert.Equal(11, history.Count);
        Assert.Equal(2, history.RoomCount);
        _time.Advance(TimeSpan.FromMinutes(6));
        Record(history, ["other"], "e");
        Assert.Equal(1, history.Count);
        Assert.Equal(1, history.RoomCount);
    }

    [Fact]
    public void Whatever_is_kept_a_reader_gets_all_or_is_told() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 6], Gen.Int[0, 3]).Array[1, 60].Sample(
            steps =>
            {
                var limits = new HistoryLimits { MaxCountPerRoom = 4, MaxBytes = 3000 };
                var history = new MemoryHistory(limits, _time);
                var all = new List<(EventId Id, string[] Rooms)>();
                foreach (var (action, rooms, reader) in steps)
                {
                    if (action == 0)
                    {
                        _time.Advance(TimeSpan.FromMinutes(2));
                    }
                    else if (action < 7)
                    {
                        // Bits choose the rooms; none means everybody.
                        var target = Names.Where((_, index) => (rooms & (1 << index)) != 0).ToArray();
                        all.Add((history.Record(new Broadcast(new Message("e", Arguments.Empty), new BroadcastTarget(target, []))), target));
                    }
                    else
                    {
                        var asked = Names[..reader];
                        var after = all.Count == 0 ? history.Head : all[(action * rooms) % all.Count].Id;
                        var page = history.ReadAfterAsync(after, Asking(asked), history.Head, 1000).AsTask().GetAwaiter().GetResult();
                        var expected = all.Where(entry => entry.Id.Sequence > after.Sequence && (entry.Rooms.Length == 0 || entry.Rooms.Intersect(asked).Any()));
                        if (page.Gap == GapReason.None && !page.Entries.Select(static entry => entry.Id).SequenceEqual(expected.Select(static entry => entry.Id)))
                        {
                            return false;
                        }
                    }
                }

                return true;
            },
            iter: 3000,
            threads: 1);

    private static EventId Record(MemoryHistory history, string[] rooms, string name, string text = "", string[]? except = null) =>
        history.Record(new Broadcast(new Message(name, Arguments.Of(text)), new BroadcastTarget(rooms, except ?? [])));

    private static async Task<List<string>> ReadAsync(MemoryHistory history, EventId after, string[] rooms)
    {
        var page = await history.ReadAfterAsync(after, Asking(rooms), history.Head, 100);
        Assert.Equal(GapReason.None, page.Gap);
        Assert.False(page.HasMore);
        return [.. page.Entries.Select(static entry => entry.Broadcast.Message.Event)];
    }

    private static async Task<GapReason> GapAsync(MemoryHistory history, EventId after, string[] rooms) =>
        (await history.ReadAfterAsync(after, Asking(rooms), history.Head, 100)).Gap;

    private MemoryHistory NewHistory() => new(_limits, _time);

    private static HistoryQuery Asking(IReadOnlyCollection<string> rooms) => new() { Rooms = rooms, IncludesEverybody = true, ExceptedBy = rooms };
}
