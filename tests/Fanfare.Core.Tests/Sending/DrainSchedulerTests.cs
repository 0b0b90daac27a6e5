using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Fanfare.Core.Tests.Sending;

public sealed class DrainSchedulerTests : IDisposable
{
    private static readonly int Workers = Math.Max(1, Environment.ProcessorCount / 2);

    private readonly TimingWheel _wheel = new(new FakeTimeProvider());
    private readonly ListBatchFactory _batches = new();
    private readonly DrainScheduler _scheduler;

    public DrainSchedulerTests() => _scheduler = new DrainScheduler(_wheel, _batches);

    public void Dispose()
    {
        _scheduler.Dispose();
        _wheel.Dispose();
        _batches.Dispose();
    }

    [Fact]
    public async Task Outboxes_that_wait_together_leave_in_batches()
    {
        var wires = await WriteTogetherAsync(40, static _ => { });

        Assert.All(wires, static wire => Assert.Equal("text", wire.Text));
        Assert.InRange(_batches.Made.Count, 1, Workers);
        Assert.Equal(40, _batches.Made.Sum(static batch => batch.Sizes.Sum()));
        Assert.All(_batches.Made.SelectMany(static batch => batch.Sizes), static size => Assert.InRange(size, 1, 16));
    }

    [Fact]
    public async Task A_wire_that_does_not_gather_is_drained_by_itself()
    {
        var wires = await WriteTogetherAsync(8, static wire => wire.Gathers = wire.Number % 2 == 0);

        Assert.All(wires, static wire => Assert.Equal("text", wire.Text));
        Assert.Equal(4, _batches.Made.Sum(static batch => batch.Sizes.Sum()));
        Assert.All(wires, static wire => Assert.Equal(wire.Number % 2 == 0 ? 0 : 1, wire.Drains));
    }

    [Fact]
    public async Task What_is_written_in_part_and_what_is_dead_is_settled_each_for_itself()
    {
        var wires = await WriteTogetherAsync(8, static wire => wire.Written = wire.Number switch { 1 => 2, 2 => 0, 3 => -1, _ => int.MaxValue });

        Assert.Equal(["text", "te", "", "", "text", "text", "text", "text"], wires.Select(static wire => wire.Text));
        Assert.All(wires, static wire => Assert.Equal(wire.Number is 1 or 2 or 3, wire.Outbox.IsBusy));
        wires[1].Outbox.Resume();
        wires[2].Outbox.Resume();
        wires[3].Outbox.Resume();
        await wires[1].When("text");
        await wires[2].When("text");
        Assert.Equal("", wires[3].Text);
    }

    [Fact]
    public async Task Where_no_batches_can_be_made_each_is_drained_by_itself_and_it_is_not_asked_again()
    {
        _batches.IsRefusing = true;
        for (var i = 0; i < 3; i++)
        {
            var wires = await WriteTogetherAsync(8, static _ => { });
            Assert.All(wires, static wire => Assert.Equal(("text", 1), (wire.Text, wire.Drains)));
        }

        Assert.InRange(_batches.Asked, 1, Workers);
    }

    [Fact]
    public async Task Disposed_it_lets_its_batches_go_and_drains_what_still_comes()
    {
        await WriteTogetherAsync(8, static _ => { });
        _scheduler.Dispose();
        await WhenAsync(() => _batches.Made.All(static batch => batch.IsDisposed));

        var wires = await WriteTogetherAsync(8, static _ => { });

        Assert.All(wires, static wire => Assert.Equal(("text", 1), (wire.Text, wire.Drains)));
        Assert.InRange(_batches.Made.Count, 1, Workers);
    }

    /// <summary>Keeps all workers busy until all outboxes wait for them.</summary>
    private async Task<ListWire[]> WriteTogetherAsync(int count, Action<ListWire> configure)
    {
        using var go = new ManualResetEventSlim();
        using var held = new CountdownEvent(Workers);
        for (var i = 0; i < Workers; i++)
        {
            var outbox = new Outbox(new OutboxLimits(), _scheduler);
            outbox.Attach(new HeldWire(held, go));
            outbox.TryEnqueue(new OutboundFrame("held"u8.ToArray()));
        }

        await WhenAsync(() => held.IsSet);
        ListWire[] wires = [.. Enumerable.Range(0, count).Select(i => new ListWire(i, new Outbox(new OutboxLimits(), _scheduler)))];
        foreach (var wire in wires)
        {
            configure(wire);
            wire.Outbox.Attach(wire);
            wire.Outbox.TryEnqueue(new OutboundFrame("text"u8.ToArray()));
        }

        go.Set();
        await WhenAsync(() => wires.All(static wire => wire.IsSettled));
        return wires;
    }

    private static async Task WhenAsync(Func<bool> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30), "It never came about.");
            await Task.Yield();
        }
    }

    /// <summary>Holds a worker until the test lets it go.</summary>
    private sealed class HeldWire(CountdownEvent held, ManualResetEventSlim go) : IWire
    {
        public DrainResult Drain(IOutboxReader outbox)
        {
            if (outbox.TryDequeue(out _))
            {
                held.Signal();
                go.Wait();
            }

            return DrainResult.Taken;
        }
    }

    private sealed class ListWire(int number, Outbox outbox) : IBatchWire
    {
        private readonly StringBuilder _text = new();
        private bool _isTold;

        public int Number { get; } = number;

        public Outbox Outbox { get; } = outbox;

        public bool Gathers { get; set; } = true;

        /// <summary>How many bytes of the first batch are written.</summary>
        public int Written { get; set; } = int.MaxValue;

        public int Drains { get; private set; }

        public string Text
        {
            get
            {
                lock (_text)
                {
                    return _text.ToString();
                }
            }
        }

        /// <summary>Whether the outbox has noted what came of its first turn.</summary>
        public bool IsSettled => Volatile.Read(ref _isTold) && (Outbox.IsEmpty || Outbox.IsBusy);

        public DrainResult Drain(IOutboxReader outbox)
        {
            Drains++;
            Take(outbox, int.MaxValue);
            return DrainResult.Taken;
        }

        public bool TryGather(IOutboxReader outbox, WriteBatch batch)
        {
            if (!Gathers || outbox.IsEmpty)
            {
                return false;
            }

            ((ListBatch)batch).Gather(new BatchedWrite(4, Math.Min(4, Written)));
            return true;
        }

        public DrainResult OnWritten(IOutboxReader outbox, BatchedWrite write)
        {
            Written = int.MaxValue;
            Take(outbox, write.Written);
            return write.Written < 0 ? DrainResult.Gone : write.Written < write.Length ? DrainResult.PartlyTaken : DrainResult.Taken;
        }

        public Task When(string text) => WhenAsync(() => Text == text);

        private void Take(IOutboxReader outbox, int most)
        {
            var bytes = new byte[4];
            var count = Math.Max(0, Math.Min(most, outbox.CopyTo(bytes)));
            outbox.Advance(count);
            lock (_text)
            {
                _text.Append(Encoding.ASCII.GetString(bytes, 0, count));
            }

            Volatile.Write(ref _isTold, true);
        }
    }

    private sealed class ListBatch : WriteBatch
    {
        private readonly List<BatchedWrite> _writes = [];

        public ConcurrentQueue<int> Sizes { get; } = [];

        public bool IsDisposed { get; private set; }

        public void Gather(BatchedWrite write) => _writes.Add(write);

        public override ReadOnlySpan<BatchedWrite> Write()
        {
            Assert.False(IsDisposed);
            Sizes.Enqueue(_writes.Count);
            var writes = _writes.ToArray();
            _writes.Clear();
            return writes;
        }

        public override void Dispose() => IsDisposed = true;
    }

    private sealed class ListBatchFactory : IWriteBatchFactory, IDisposable
    {
        private int _asked;

        public ConcurrentQueue<ListBatch> Made { get; } = [];

        public bool IsRefusing { get; set; }

        public int Asked => _asked;

        public WriteBatch? TryCreate()
        {
            Interlocked.Increment(ref _asked);
            if (IsRefusing)
            {
                return null;
            }

            var batch = new ListBatch();
            Made.Enqueue(batch);
            return batch;
        }

        public void Dispose()
        {
            foreach (var batch in Made)
            {
                batch.Dispose();
            }
        }
    }
}
