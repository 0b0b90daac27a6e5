using CsCheck;
using Fanfare.Testing;

namespace Fanfare.Core.Tests.Ledgers;

/// <summary>The checker of deliveries is itself checked: runs without a fault are clean, and each planted fault is found, it alone.</summary>
public sealed class LedgerTests
{
    private static readonly string[] Readers = ["ann", "bob", "cem", "dee"];
    private static readonly string[] Rooms = ["a", "b"];

    private static readonly Gen<List<Step>> Runs = Gen.Select(Gen.Int[0, 11], Gen.Int[0, Readers.Length - 1], Gen.Int[0, Rooms.Length - 1]).Array[1, 120].Select(
        static actions =>
        {
            var server = new PerfectServer();
            foreach (var (action, reader, room) in actions)
            {
                Act(server, action, Readers[reader], Rooms[room]);
            }

            return server.Steps;
        });

    [Fact]
    public void Whatever_members_do_a_run_without_a_fault_is_clean() =>
        Runs.Sample(static steps => PerfectServer.Check(steps).Findings.Count == 0, iter: 1000);

    [Fact]
    public void A_message_dropped_between_two_others_is_found_in_any_run() =>
        WithFault(
            static (steps, at) => IsBetweenOthers(steps, at),
            static (steps, at) => steps.RemoveAt(at),
            static step => (FindingKind.Lost, step));

    [Fact]
    public void A_message_doubled_is_found_in_any_run() =>
        WithFault(static (_, _) => true, static (steps, at) => steps.Insert(at + 1, steps[at]), static step => (FindingKind.Doubled, step));

    [Fact]
    public void A_message_altered_is_found_in_any_run() =>
        WithFault(static (_, _) => true, static (steps, at) => steps[at] = steps[at] with { Content = "else" }, static step => (FindingKind.Altered, step));

    [Fact]
    public void A_message_with_another_s_cursor_is_found_in_any_run() =>
        WithFault(static (_, _) => true, static (steps, at) => steps[at] = steps[at] with { Cursor = "a-0" }, static step => (FindingKind.Altered, step));

    [Fact]
    public void Two_messages_swapped_are_found_in_any_run() =>
        WithFault(
            static (steps, at) => NextOf(steps, at) is var next && next > at && !steps[at..next].Exists(step => step.Kind == StepKind.Publish && step.Room == steps[at].Room),
            static (steps, at) =>
            {
                var next = NextOf(steps, at);
                (steps[at], steps[next]) = (steps[next], steps[at]);
            },
            static step => (FindingKind.OutOfOrder, step));

    [Fact]
    public void A_message_to_an_outsider_is_found_in_any_run() =>
        WithFault(static (_, _) => true, static (steps, at) => steps.Insert(at + 1, steps[at] with { Reader = "eve" }), static step => (FindingKind.Leaked, step with { Reader = "eve" }));

    [Fact]
    public void A_drop_at_the_end_is_lost()
    {
        var steps = Run(server => server.Join("ann", "a").Publish("a", 10));
        steps.RemoveAll(step => step is { Kind: StepKind.Receive, Sequence: >= 9 });

        AssertFinding(FindingKind.Lost, "ann", "a", 9, 10, steps);
    }

    [Fact]
    public void Missing_messages_in_a_row_are_one_finding_and_each_reader_has_its_own()
    {
        var steps = Run(server => server.Join("ann", "a").Join("bob", "a").Publish("a", 100));
        steps.RemoveAll(step => step is { Kind: StepKind.Receive, Sequence: (>= 20 and < 30) or 50 });

        var findings = PerfectServer.Check(steps).Findings;
        Assert.Equal(
            [("ann", 20, 29), ("ann", 50, 50), ("bob", 20, 29), ("bob", 50, 50)],
            findings.Select(finding => (finding.Reader, finding.First, finding.Last)));
        Assert.All(findings, finding => Assert.Equal(FindingKind.Lost, finding.Kind));
    }

    [Fact]
    public void A_message_after_the_reader_has_left_is_a_leak()
    {
        var steps = Run(server => server.Join("ann", "a").Join("bob", "a", "b").Publish("a", 3).Leave("ann", "a").Publish("a"));
        steps.Add(new Step(StepKind.Receive, "ann", "a", 4));

        AssertFinding(FindingKind.Leaked, "ann", "a", 4, 4, steps);
    }

    [Fact]
    public void A_message_of_another_room_is_a_leak_also_to_who_is_in_a_room()
    {
        var steps = Run(server => server.Join("ann", "a").Join("bob", "b").Publish("a").Publish("b"));
        steps.Add(new Step(StepKind.Receive, "ann", "b", 1));

        AssertFinding(FindingKind.Leaked, "ann", "b", 1, 1, steps);
    }

    [Fact]
    public void A_past_that_nobody_asked_for_is_a_leak()
    {
        var steps = Run(server => server.Publish("a").Join("ann", "a").Publish("a"));
        steps.Insert(steps.FindIndex(step => step.Kind == StepKind.Join) + 1, new Step(StepKind.Receive, "ann", "a", 1));

        AssertFinding(FindingKind.Leaked, "ann", "a", 1, 1, steps);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_resume_that_brings_nothing_and_says_nothing_is_a_silent_gap(int publishedAfter)
    {
        var steps = Run(server => server.Join("ann", "a").Publish("a", 5).Disconnect("ann").Publish("a", 4).Resume("ann").Publish("a", publishedAfter));
        steps.RemoveAll(step => step is { Kind: StepKind.Receive, Sequence: >= 6 and <= 9 });

        AssertFinding(FindingKind.SilentGap, "ann", "a", 6, 9, steps);
    }

    [Fact]
    public void A_told_gap_covers_what_is_missing_there_and_nothing_elsewhere()
    {
        var steps = Run(server => server.Join("ann", "a").Publish("a", 5).Disconnect("ann").Publish("a", 4).ResumeWithGap("ann").Publish("a", 5));
        var clean = PerfectServer.Check(steps);
        steps.RemoveAll(step => step is { Kind: StepKind.Receive, Sequence: 3 });
        AssertFinding(FindingKind.Lost, "ann", "a", 3, 3, steps);
        steps.RemoveAll(step => step is { Kind: StepKind.Receive, Sequence: 12 });

        Assert.Empty(clean.Findings);
        Assert.Equal(1, clean.GapsTold);
        Assert.Equal([3, 12], PerfectServer.Check(steps).Findings.Select(finding => finding.First));
    }

    [Fact]
    public void A_gap_told_for_one_room_excuses_no_other()
    {
        var steps = Run(server => server.Join("ann", "a", "b").Publish("a", 5).Publish("b", 5).Disconnect("ann").Publish("a", 4).Publish("b", 4).ResumeWithGap("ann").Publish("a").Publish("b"));
        steps.RemoveAll(step => step is { Kind: StepKind.Gap, Room: "b" });

        AssertFinding(FindingKind.SilentGap, "ann", "b", 6, 9, steps);
    }

    [Fact]
    public void A_gap_told_on_a_live_connection_covers_what_is_missing_there()
    {
        var steps = Run(server => server.Join("ann", "a").Publish("a", 10));
        steps.RemoveAll(step => step is { Kind: StepKind.Receive, Sequence: >= 5 and <= 7 });
        steps.Insert(steps.FindIndex(step => step is { Kind: StepKind.Receive, Sequence: 8 }), new Step(StepKind.Gap, "ann", "a"));

        Assert.Empty(PerfectServer.Check(steps).Findings);
    }

    [Fact]
    public void Who_is_cut_off_and_never_comes_back_may_have_missed_the_end_only()
    {
        var steps = Run(server => server.Join("ann", "a").Publish("a", 10).Disconnect("ann").Publish("a", 5));
        steps.RemoveAll(step => step is { Kind: StepKind.Receive, Sequence: >= 9 });
        Assert.Empty(PerfectServer.Check(steps).Findings);
        steps.RemoveAll(step => step is { Kind: StepKind.Receive, Sequence: 4 });

        AssertFinding(FindingKind.Lost, "ann", "a", 4, 4, steps);
    }

    [Fact]
    public void Who_starts_again_without_a_cursor_owes_itself_the_time_away_and_gets_all_from_then_on()
    {
        var steps = Run(server => server.Join("ann", "a").Publish("a", 5).Disconnect("ann").Publish("a", 5).StartAgain("ann").Publish("a", 5));
        Assert.Empty(PerfectServer.Check(steps).Findings);
        steps.RemoveAll(step => step is { Kind: StepKind.Receive, Sequence: 15 });

        AssertFinding(FindingKind.Lost, "ann", "a", 15, 15, steps);
    }

    [Fact]
    public void What_overlaps_an_entrance_or_was_never_confirmed_may_come_or_not()
    {
        foreach (var comes in new[] { false, true })
        {
            var ledger = new Ledger();
            var reader = ledger.Reader("ann");
            var overlapping = ledger.Publishing("a", 1, "one");
            reader.Joining("a");
            reader.Joined("a");
            ledger.Published(overlapping);
            ledger.Publishing("a", 2, "two");
            var last = ledger.Publishing("a", 3, "three");
            ledger.Published(last);
            if (comes)
            {
                reader.Received("a", 1, "one");
                reader.Received("a", 2, "two");
            }

            reader.Received("a", 3, "three");

            ledger.Check().AssertClean();
        }
    }

    [Fact]
    public void Publishers_of_one_room_are_each_in_order_and_not_among_each_other()
    {
        var ledger = new Ledger();
        var reader = ledger.Reader("ann");
        reader.Joining("a");
        reader.Joined("a");
        foreach (var (publisher, sequence) in new[] { ("x", 1), ("y", 1), ("x", 2), ("y", 2) })
        {
            ledger.Published(ledger.Publishing("a", sequence, "hi", publisher));
        }

        reader.Received("a", 1, "hi", publisher: "y");
        reader.Received("a", 1, "hi", publisher: "x");
        reader.Received("a", 2, "hi", publisher: "x");
        reader.Received("a", 2, "hi", publisher: "y");
        ledger.Check().AssertClean();
        reader.Received("a", 1, "hi", publisher: "z");

        Assert.Equal(FindingKind.Altered, Assert.Single(ledger.Check().Findings).Kind);
    }

    [Fact]
    public void A_run_in_which_nobody_received_anything_proves_nothing()
    {
        var report = PerfectServer.Check(Run(server => server.Publish("a", 5)));

        Assert.Empty(report.Findings);
        Assert.ThrowsAny<Exception>(report.AssertClean);
    }

    [Fact]
    public void A_report_names_what_it_found()
    {
        var steps = Run(server => server.Join("ann", "a").Publish("a", 3));
        steps.RemoveAll(step => step is { Kind: StepKind.Receive, Sequence: 2 });

        var failure = Assert.ThrowsAny<Exception>(PerfectServer.Check(steps).AssertClean);

        Assert.Contains("3 published, 2 received, 0 gaps told, 1 findings.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Lost: a 2, ann on ?: did not come", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_messages_on_each_of_three_wires_to_ten_readers_are_checked_whole()
    {
        var server = new PerfectServer();
        for (var reader = 0; reader < 10; reader++)
        {
            server.Join($"reader {reader}", "x", "y", "z");
        }

        for (var round = 0; round < 100; round++)
        {
            server.Disconnect($"reader {round % 10}");
            server.Publish("x", 100).Publish("y", 100).Publish("z", 100);
            server.Resume($"reader {round % 10}");
        }

        var clean = PerfectServer.Check(server.Steps);
        clean.AssertClean();
        Assert.Equal(300_000, clean.Received);
        server.Steps.RemoveAll(step => step is { Kind: StepKind.Receive, Reader: "reader 7", Room: "y", Sequence: 9_999 });

        AssertFinding(FindingKind.Lost, "reader 7", "y", 9_999, 9_999, server.Steps);
    }

    private static void Act(PerfectServer server, int action, string reader, string room)
    {
        _ = action switch
        {
            <= 5 => server.Publish(room, action == 5 ? 4 : 1),
            6 => server.Join(reader, room),
            7 => server.Leave(reader, room),
            8 => server.Disconnect(reader),
            9 => server.ResumeWithGap(reader),
            10 => server.StartAgain(reader),
            _ => server.Resume(reader),
        };
    }

    private static List<Step> Run(Action<PerfectServer> run)
    {
        var server = new PerfectServer();
        run(server);
        return server.Steps;
    }

    /// <summary>Plants a fault at one reception of any run where it is one, and expects it to be found, and nothing else.</summary>
    private static void WithFault(Func<List<Step>, int, bool> isPossible, Action<List<Step>, int> plant, Func<Step, (FindingKind Kind, Step Step)> expected)
    {
        var planted = 0;
        Gen.Select(Runs, Gen.Int[0, 1_000_000]).Sample(
            (run, choice) =>
            {
                var places = Enumerable.Range(0, run.Count).Where(at => run[at].Kind == StepKind.Receive && isPossible(run, at)).ToList();
                if (places.Count == 0)
                {
                    return;
                }

                var steps = new List<Step>(run);
                var place = places[choice % places.Count];
                plant(steps, place);
                var (kind, step) = expected(run[place]);
                AssertFinding(kind, step.Reader, step.Room, step.Sequence, step.Sequence, steps);
                Interlocked.Increment(ref planted);
            },
            iter: 600);
        Assert.True(planted > 50, $"Only {planted} faults were planted.");
    }

    private static void AssertFinding(FindingKind kind, string reader, string room, long first, long last, List<Step> steps)
    {
        var report = PerfectServer.Check(steps);
        var found = Assert.Single(report.Findings);
        Assert.Equal((kind, reader, room, first, last), (found.Kind, found.Reader, found.Room, found.First, found.Last));
    }

    /// <summary>Whether the same reader heard the room before and after, with nothing between that could excuse a loss.</summary>
    private static bool IsBetweenOthers(List<Step> steps, int at) => PreviousOf(steps, at) >= 0 && NextOf(steps, at) > at;

    private static int NextOf(List<Step> steps, int at)
    {
        for (var i = at + 1; i < steps.Count && !IsInterruption(steps[i], steps[at]); i++)
        {
            if (IsSameLine(steps[i], steps[at]))
            {
                return i;
            }
        }

        return -1;
    }

    private static int PreviousOf(List<Step> steps, int at)
    {
        for (var i = at - 1; i >= 0 && !IsInterruption(steps[i], steps[at]); i--)
        {
            if (IsSameLine(steps[i], steps[at]))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool IsInterruption(Step step, Step of) => step.Reader == of.Reader && step.Kind is not (StepKind.Receive or StepKind.Publish) && step.Room is var room && (room == of.Room || room.Length == 0);

    private static bool IsSameLine(Step step, Step of) => step.Kind == StepKind.Receive && step.Reader == of.Reader && step.Room == of.Room;
}
