using System.Text;
using Fanfare.Core.Concurrency.Tests.Stages;

namespace Fanfare.Core.Concurrency.Tests.Scenarios;

/// <summary>One outbox, several writers, wires that come and go: what was accepted arrives, once and in order.</summary>
internal static class OutboxScenarios
{
    public static IEnumerable<Scenario> All =>
    [
        new("outbox, changing wires", ChangeWires),
        new("outbox, changing wires within a frame", ChangeWiresMidFrame),
        new("outboxes, changing wires within a batch", ChangeWiresInBatch),
        new("outboxes, completed within a batch", CompleteInBatch),
        new("outbox, completed", Complete),
        new("outbox, full", Full),
        new("outbox, corked", Cork),
        new("deadlines", Deadlines),
    ];

    private static void ChangeWires()
    {
        var stage = new Stage();
        var outbox = new Outbox(stage.Outbox, stage.Scheduler);
        var log = new WireLog(stage);
        outbox.Attach(new Wire(log, 0, capacity: 1));
        Stage.Run(
            () => Write(outbox, "a", 2),
            () => Write(outbox, "b", 2),
            () =>
            {
                outbox.Detach();
                outbox.Attach(new Wire(log, 1, capacity: 1));
            });
        Assert.Equal(["a0", "a1", "b0", "b1"], log.Frames.Order());
        Assert.Equal(["a0", "a1"], log.Frames.Where(static text => text[0] == 'a'));
        Assert.Equal(["b0", "b1"], log.Frames.Where(static text => text[0] == 'b'));
        Assert.Equal(log.Wires.Order(), log.Wires);
        stage.End();
    }

    /// <summary>The wires take bytes; a frame that one has begun is given whole to the next.</summary>
    private static void ChangeWiresMidFrame()
    {
        var stage = new Stage();
        var outbox = new Outbox(stage.Outbox, stage.Scheduler);
        var log = new WireLog(stage);
        var first = new ByteWire(log);
        var second = new ByteWire(log);
        outbox.Attach(first);
        Stage.Run(
            () => Write(outbox, "first", 1),
            () => Write(outbox, "other", 1),
            () => outbox.Attach(second));
        AssertTaken(first.Taken, second.Taken);
        stage.End();
    }

    /// <summary>As before, while the writes of both wires and of a neighbour wait for each other.</summary>
    private static void ChangeWiresInBatch()
    {
        var stage = new Stage();
        var outbox = new Outbox(stage.Outbox, stage.Scheduler);
        var neighbour = new Outbox(stage.Outbox, stage.Scheduler);
        var log = new WireLog(stage);
        var first = new BatchWire(log, written: 3);
        var second = new BatchWire(log, written: 4);
        var beside = new BatchWire(new WireLog(stage), written: 4);
        outbox.Attach(first);
        neighbour.Attach(beside);
        Stage.Run(
            () => Write(outbox, "first", 1),
            () => Write(neighbour, "aside", 2),
            () => Write(outbox, "other", 1),
            () => outbox.Attach(second));
        AssertTaken(first.Taken, second.Taken);
        Assert.Equal("aside0aside1", Encoding.ASCII.GetString([.. beside.Taken]));
        stage.End();
    }

    /// <summary>The end is shown to both wires, behind what was accepted, whatever waits in a batch meanwhile.</summary>
    private static void CompleteInBatch()
    {
        var stage = new Stage();
        Outbox[] outboxes = [new(stage.Outbox, stage.Scheduler), new(stage.Outbox, stage.Scheduler)];
        WireLog[] logs = [new(stage), new(stage)];
        BatchWire[] wires = [new(logs[0], written: 4), new(logs[1], written: 1)];
        var accepted = new int[2];
        Stage.Run(
            () => outboxes[0].Attach(wires[0]),
            () => outboxes[1].Attach(wires[1]),
            () => accepted[0] = Write(outboxes[0], "a", 3),
            () => accepted[1] = Write(outboxes[1], "a", 3),
            outboxes[0].Complete,
            outboxes[1].Complete);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("a0a1a2"[..(2 * accepted[i])], Encoding.ASCII.GetString([.. wires[i].Taken]));
            Assert.InRange(logs[i].Ends, 1, 2);
        }

        stage.End();
    }

    /// <summary>What was accepted before the end arrives; the wire sees the end; who waits for emptiness goes on.</summary>
    private static void Complete()
    {
        var stage = new Stage();
        var outbox = new Outbox(stage.Outbox, stage.Scheduler);
        var log = new WireLog(stage);
        outbox.Attach(new Wire(log, 0, capacity: 1));
        var accepted = 0;
        Stage.Run(
            () => accepted = Write(outbox, "a", 3),
            outbox.Complete,
            () => outbox.WhenEmptyAsync().Wait());
        Assert.Equal(Enumerable.Range(0, accepted).Select(static i => $"a{i}"), log.Frames);
        // Twice where the end came within a drain.
        Assert.InRange(log.Ends, 1, 2);
        Assert.Equal(EnqueueResult.Closed, outbox.TryEnqueue(new TextFrame("late")));
        stage.End();
    }

    /// <summary>Once a frame was refused none is accepted, and the owner is told once.</summary>
    private static void Full()
    {
        var stage = new Stage();
        var told = 0;
        var outbox = new Outbox(new OutboxLimits { MaxCount = 2 }, stage.Scheduler, _ => Interlocked.Increment(ref told));
        var log = new WireLog(stage);
        var results = new List<EnqueueResult>();
        Stage.Run(
            () => WriteAll("a"),
            () => WriteAll("b"),
            () => outbox.Attach(new Wire(log, 0, capacity: 1)),
            () => outbox.WhenEmptyAsync().Wait());
        var isFull = results.Contains(EnqueueResult.Full);
        Assert.Equal(isFull ? 1 : 0, told);
        Assert.Equal(isFull ? EnqueueResult.Full : EnqueueResult.Accepted, outbox.TryEnqueue(new TextFrame("late")));
        ThreadPool.WaitUntilIdle();
        Assert.Equal(results.Count(static result => result == EnqueueResult.Accepted) + (isFull ? 0 : 1), log.Frames.Count);
        stage.End();

        void WriteAll(string text)
        {
            for (var i = 0; i < 3; i++)
            {
                results.Add(outbox.TryEnqueue(new TextFrame($"{text}{i}")));
            }
        }
    }

    /// <summary>What is held back while a read is answered leaves at its end, whoever else writes.</summary>
    private static void Cork()
    {
        var stage = new Stage();
        var outbox = new Outbox(stage.Outbox, stage.Scheduler);
        var log = new WireLog(stage);
        outbox.Attach(new Wire(log, 0, capacity: 2));
        Stage.Run(
            () =>
            {
                outbox.Cork();
                Write(outbox, "a", 2);
                outbox.Uncork();
            },
            () => Write(outbox, "b", 2),
            () =>
            {
                outbox.Cork();
                outbox.Uncork();
            });
        Assert.Equal(["a0", "a1", "b0", "b1"], log.Frames.Order());
        stage.End();
    }

    /// <summary>A deadline that was not cancelled in time is due once, one that was moved is due later, and no other is forgotten for it.</summary>
    private static void Deadlines()
    {
        var stage = new Stage();
        var wheel = stage.Scheduler.Wheel;
        var cancelled = new CountedDeadline();
        var moved = new CountedDeadline();
        var kept = new CountedDeadline();
        var later = new CountedDeadline();
        var soon = TimeSpan.FromMilliseconds(20);
        wheel.Schedule(cancelled, soon);
        wheel.Schedule(moved, soon);
        wheel.Schedule(kept, soon);
        var wasCancelled = false;
        Stage.Run(
            () => stage.Clock.Advance(TimeSpan.FromMilliseconds(50)),
            () => wasCancelled = wheel.Cancel(cancelled),
            () => wheel.Schedule(moved, TimeSpan.FromMilliseconds(100)),
            () => wheel.Schedule(later, TimeSpan.FromMilliseconds(100)));
        Assert.Equal(1, kept.Count);
        Assert.Equal(wasCancelled ? 0 : 1, cancelled.Count);
        Assert.Equal(0, later.Count);
        var movedBefore = moved.Count;
        Assert.InRange(movedBefore, 0, 1);
        for (var i = 0; i < 10; i++)
        {
            Stage.Run(() => stage.Clock.Advance(TimeSpan.FromMilliseconds(20)));
        }

        Assert.Equal(1, later.Count);
        Assert.Equal(movedBefore + 1, moved.Count);
        Assert.Equal(1, kept.Count);
        stage.End();
    }

    /// <summary>Two frames arrived, the later wire's from their beginning; what the first wire has not got to the end of does not count.</summary>
    private static void AssertTaken(List<byte> first, List<byte> second)
    {
        var whole = Encoding.ASCII.GetString([.. second]);
        Assert.True(whole.Length % 6 == 0, $"In the middle of a frame: {whole}");
        string[] taken = [.. Frames(Encoding.ASCII.GetString([.. first])), .. Frames(whole)];
        Assert.Equal((string[])["first0", "other0"], taken.Order());

        static IEnumerable<string> Frames(string text) => text.Chunk(6).Where(static frame => frame.Length == 6).Select(static frame => new string(frame));
    }

    private static int Write(Outbox outbox, string text, int count)
    {
        var accepted = 0;
        for (var i = 0; i < count; i++)
        {
            accepted += outbox.TryEnqueue(new TextFrame($"{text}{i}")) == EnqueueResult.Accepted ? 1 : 0;
        }

        return accepted;
    }

    private sealed class CountedDeadline : Deadline
    {
        public int Count { get; private set; }

        protected internal override void OnDue() => Count++;
    }
}
