using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Fanfare.Core.Tests.Sending;

public sealed class OutboxTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddSeconds(Random.Shared.NextDouble() * 4e9));
    private readonly TimingWheel _wheel;
    private readonly DrainScheduler _scheduler;
    private readonly OutboxLimits _limits = new();
    private readonly TaskCompletionSource<Outbox> _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _fullCount;

    public OutboxTests()
    {
        _wheel = new TimingWheel(_time);
        _scheduler = new DrainScheduler(_wheel);
    }

    public void Dispose() => _wheel.Dispose();

    [Fact]
    public async Task Frames_leave_in_order_and_joined()
    {
        var outbox = NewOutbox();
        var wire = new RecordingWire();
        outbox.TryEnqueue(NewFrame("one "));
        outbox.TryEnqueue(NewFrame("two "));
        outbox.TryEnqueue(NewFrame("three"));
        outbox.Attach(wire);

        await wire.When(static w => w.Text == "one two three");

        Assert.Equal(1, wire.Drains);
        Assert.True(outbox.IsEmpty);
        Assert.Equal(0, outbox.QueuedBytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public async Task Nothing_is_lost_or_doubled_when_the_wire_takes_parts(int atATime)
    {
        var outbox = NewOutbox(new OutboxLimits { MaxCount = 0, MaxBytes = 0, MaxAge = TimeSpan.Zero });
        var wire = new RecordingWire { Allowance = 0, ScratchSize = 5 };
        outbox.Attach(wire);
        var expected = string.Concat(Enumerable.Range(0, 100).Select(static i => $"<{i}>"));
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(EnqueueResult.Accepted, outbox.TryEnqueue(NewFrame($"<{i}>")));
        }

        for (var taken = atATime; wire.Text.Length < expected.Length; taken += atATime)
        {
            wire.Allow(atATime, outbox);
            var length = Math.Min(taken, expected.Length);
            await wire.When(w => w.Text.Length == length);
        }

        Assert.Equal(expected, wire.Text);
    }

    [Fact]
    public async Task Each_writers_frames_keep_their_order_under_concurrency()
    {
        const int Writers = 4;
        const int Each = 5000;
        var outbox = NewOutbox(new OutboxLimits { MaxCount = 0, MaxBytes = 0 });
        var wire = new RecordingWire { ScratchSize = 4096 };
        outbox.Attach(wire);

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                Assert.Equal(EnqueueResult.Accepted, outbox.TryEnqueue(NewFrame($"{writer}:{i};")));
                if (i % 100 == 0)
                {
                    outbox.Cork();
                    outbox.Uncork();
                }
            }
        }, TestContext.Current.CancellationToken)));
        outbox.Complete();
        await wire.When(static w => w.SawCompletion);

        var next = new int[Writers];
        foreach (var frame in wire.Text.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = frame.Split(':');
            Assert.Equal(next[int.Parse(parts[0], null)]++, int.Parse(parts[1], null));
        }

        Assert.All(next, static count => Assert.Equal(Each, count));
    }

    [Fact]
    public async Task Many_outboxes_share_the_scheduler_and_all_are_drained()
    {
        var wires = Enumerable.Range(0, 300).Select(static _ => new RecordingWire { ScratchSize = 1000 }).ToArray();
        var outboxes = wires.Select(wire =>
        {
            var outbox = NewOutbox();
            outbox.Attach(wire);
            return outbox;
        }).ToArray();

        for (var round = 0; round < 50; round++)
        {
            var frame = NewFrame($"{round};");
            Assert.All(outboxes, outbox => Assert.Equal(EnqueueResult.Accepted, outbox.TryEnqueue(frame)));
        }

        var expected = string.Concat(Enumerable.Range(0, 50).Select(static round => $"{round};"));
        foreach (var wire in wires)
        {
            await wire.When(w => w.Text == expected);
        }
    }

    [Fact]
    public async Task Between_cork_and_uncork_nothing_leaves_and_the_last_uncork_drains_on_its_own_thread()
    {
        var outbox = NewOutbox();
        var wire = new RecordingWire();
        outbox.Attach(wire);

        outbox.Cork();
        outbox.Cork();
        outbox.TryEnqueue(NewFrame("a"));
        outbox.Uncork();
        outbox.TryEnqueue(NewFrame("b"));
        Assert.Equal("", wire.Text);

        outbox.Uncork();
        Assert.Equal("ab", wire.Text);
        Assert.Throws<InvalidOperationException>(outbox.Uncork);

        outbox.TryEnqueue(NewFrame("c"));
        await wire.When(static w => w.Text == "abc");
    }

    [Fact]
    public async Task Volatile_frames_are_dropped_while_the_wire_is_blocked_or_absent()
    {
        var outbox = NewOutbox();
        Assert.Equal(EnqueueResult.Dropped, outbox.TryEnqueue(NewFrame("x"), isVolatile: true));
        var wire = new RecordingWire { Allowance = 1 };
        outbox.Attach(wire);
        Assert.Equal(EnqueueResult.Accepted, outbox.TryEnqueue(NewFrame("ab"), isVolatile: true));
        await wire.When(static w => w.Text == "a");
        await BusyAsync(outbox);

        Assert.Equal(EnqueueResult.Dropped, outbox.TryEnqueue(NewFrame("x"), isVolatile: true));
        Assert.Equal(EnqueueResult.Accepted, outbox.TryEnqueue(NewFrame("c")));

        wire.Allow(int.MaxValue, outbox);
        await wire.When(static w => w.Text == "abc");
        Assert.Equal(EnqueueResult.Accepted, outbox.TryEnqueue(NewFrame("d"), isVolatile: true));
        await wire.When(static w => w.Text == "abcd");
    }

    [Fact]
    public async Task Past_the_count_it_is_full_for_good_and_the_owner_is_told_once()
    {
        _limits.MaxCount = 3;
        var outbox = NewOutbox();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(EnqueueResult.Accepted, outbox.TryEnqueue(NewFrame("x")));
        }

        Assert.Equal(EnqueueResult.Full, outbox.TryEnqueue(NewFrame("y")));
        Assert.Equal(EnqueueResult.Full, outbox.TryEnqueue(NewFrame("y")));
        Assert.Same(outbox, await FullAsync());
        Assert.Equal(OutboxBound.Count, outbox.PassedBound);

        // What came after the lost frame would be a hidden gap: it stays full when there is room again.
        var wire = new RecordingWire();
        outbox.Attach(wire);
        await wire.When(static w => w.Text == "xxx");
        Assert.Equal(EnqueueResult.Full, outbox.TryEnqueue(NewFrame("z")));
        Assert.Equal(1, _fullCount);
    }

    [Fact]
    public async Task Past_the_bytes_it_is_full_but_one_frame_is_always_taken()
    {
        _limits.MaxBytes = 10;
        var outbox = NewOutbox();
        Assert.Equal(EnqueueResult.Accepted, outbox.TryEnqueue(NewFrame("longer than ten bytes")));
        Assert.Equal(EnqueueResult.Full, outbox.TryEnqueue(NewFrame("x")));
        await FullAsync();
        Assert.Equal(OutboxBound.Bytes, outbox.PassedBound);

        var other = NewOutbox();
        Assert.Equal(EnqueueResult.Accepted, other.TryEnqueue(NewFrame("12345")));
        Assert.Equal(EnqueueResult.Accepted, other.TryEnqueue(NewFrame("67890")));
        Assert.Equal(EnqueueResult.Full, other.TryEnqueue(NewFrame("x")));
    }

    [Fact]
    public async Task A_stalled_reader_is_told_of_by_age_though_nothing_more_is_sent()
    {
        var outbox = NewOutbox();
        var wire = new RecordingWire { Allowance = 1 };
        outbox.Attach(wire);
        outbox.TryEnqueue(NewFrame("ab"));
        await BusyAsync(outbox);

        _time.Advance(_limits.MaxAge - TimeSpan.FromMilliseconds(1));
        Assert.Equal(OutboxBound.None, outbox.PassedBound);

        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Same(outbox, await FullAsync());
        Assert.Equal(OutboxBound.Age, outbox.PassedBound);
    }

    [Fact]
    public async Task A_reader_that_keeps_reading_is_not_cut_by_age()
    {
        var outbox = NewOutbox();
        var wire = new RecordingWire { Allowance = 0 };
        outbox.Attach(wire);
        for (var i = 0; i < 20; i++)
        {
            var length = i;
            outbox.TryEnqueue(NewFrame("x"));
            await BusyAsync(outbox);
            _time.Advance(_limits.MaxAge / 2);
            wire.Allow(1, outbox);
            await wire.When(w => w.Text.Length == length + 1);
            wire.Allow(0, outbox);
        }

        Assert.Equal(OutboxBound.None, outbox.PassedBound);
        Assert.Equal(EnqueueResult.Accepted, outbox.TryEnqueue(NewFrame("x")));
    }

    [Fact]
    public async Task Age_is_found_at_enqueue_too_when_the_workers_lag()
    {
        var outbox = NewOutbox();
        outbox.Attach(new RecordingWire());
        outbox.Cork();
        outbox.TryEnqueue(NewFrame("x"));
        _time.Advance(_limits.MaxAge + TimeSpan.FromMilliseconds(1));

        Assert.Equal(EnqueueResult.Full, outbox.TryEnqueue(NewFrame("y")));
        await FullAsync();
        Assert.Equal(OutboxBound.Age, outbox.PassedBound);
    }

    [Fact]
    public async Task Frames_wait_for_the_next_wire_and_a_frame_begun_on_the_old_one_is_given_whole()
    {
        var outbox = NewOutbox();
        var first = new RecordingWire { Allowance = 5 };
        outbox.Attach(first);
        outbox.TryEnqueue(NewFrame("aaaa"));
        outbox.TryEnqueue(NewFrame("bbbb"));
        await first.When(static w => w.Text == "aaaab");
        await BusyAsync(outbox);

        outbox.Detach();
        outbox.TryEnqueue(NewFrame("cccc"));
        first.Allow(int.MaxValue, outbox);
        var second = new RecordingWire();
        outbox.Attach(second);

        await second.When(static w => w.Text == "bbbbcccc");
        Assert.Equal("aaaab", first.Text);
    }

    [Fact]
    public async Task A_wire_replaced_within_its_drain_ends_it_before_the_new_one_begins()
    {
        var outbox = NewOutbox();
        var second = new RecordingWire();
        var first = new RecordingWire { ScratchSize = 4 };
        var isReplaced = false;
        first.BetweenCopyAndAdvance = () =>
        {
            if (!isReplaced)
            {
                isReplaced = true;
                first.Allowance = 4;
                outbox.Attach(second);
                Assert.Equal("", second.Text);
            }
        };
        outbox.TryEnqueue(NewFrame("aa"));
        outbox.TryEnqueue(NewFrame("bbbb"));
        outbox.Attach(first);

        await second.When(static w => w.Text == "bbbb");
        Assert.Equal("aabb", first.Text);
    }

    [Fact]
    public async Task Upgrades_under_load_lose_and_double_nothing()
    {
        // Wires that take whole frames only, as polls and WebSockets between messages do.
        var outbox = NewOutbox(new OutboxLimits { MaxCount = 0 });
        var taken = new List<int>();
        var wire = new DequeuingWire(taken);
        outbox.Attach(wire);
        const int Count = 20_000;
        var writer = Task.Run(() =>
        {
            for (var i = 0; i < Count; i++)
            {
                outbox.TryEnqueue(NewFrame($"{i}"));
            }
        }, TestContext.Current.CancellationToken);
        while (!writer.IsCompleted)
        {
            outbox.Detach();
            outbox.Attach(wire = new DequeuingWire(taken));
        }

        await writer;
        outbox.Complete();
        await wire.Completed.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, Count), taken);
    }

    [Fact]
    public async Task After_completion_it_is_closed_and_the_wire_sees_it_once_empty()
    {
        var outbox = NewOutbox();
        var wire = new RecordingWire { Allowance = 1 };
        outbox.Attach(wire);
        outbox.TryEnqueue(NewFrame("ab"));
        await BusyAsync(outbox);

        outbox.Complete();
        outbox.Complete();
        Assert.True(outbox.IsCompleted);
        Assert.Equal(EnqueueResult.Closed, outbox.TryEnqueue(NewFrame("x")));
        Assert.False(wire.SawCompletion);

        wire.Allow(int.MaxValue, outbox);
        await wire.When(static w => w.SawCompletion);
        Assert.Equal("ab", wire.Text);

        var drains = wire.Drains;
        outbox.Cork();
        outbox.Uncork();
        Assert.Equal(drains, wire.Drains);
    }

    [Fact]
    public async Task A_wire_may_ask_for_a_drain_when_nothing_waits()
    {
        var outbox = NewOutbox();
        var wire = new RecordingWire();
        outbox.Attach(wire);
        outbox.Resume();
        await wire.When(static w => w.Drains == 1);
    }

    [Fact]
    public async Task A_dead_wire_is_not_asked_again()
    {
        var outbox = NewOutbox();
        var wire = new RecordingWire { IsGone = true };
        outbox.Attach(wire);
        outbox.TryEnqueue(NewFrame("x"));
        await BusyAsync(outbox);
        outbox.Resume();
        outbox.TryEnqueue(NewFrame("y"));
        outbox.Cork();
        outbox.Uncork();
        Assert.Equal(1, wire.Drains);

        var next = new RecordingWire();
        outbox.Attach(next);
        await next.When(static w => w.Text == "xy");
    }

    [Fact]
    public async Task Waiting_for_emptiness_ends_when_all_is_taken_or_nothing_ever_will_be()
    {
        var outbox = NewOutbox();
        Assert.True(outbox.WhenEmptyAsync().IsCompleted);
        var wire = new RecordingWire { Allowance = 0 };
        outbox.Attach(wire);
        outbox.TryEnqueue(NewFrame("x"));
        var emptied = outbox.WhenEmptyAsync();
        Assert.False(emptied.IsCompleted);
        wire.Allow(1, outbox);
        await emptied.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        wire.Allow(0, outbox);
        outbox.TryEnqueue(NewFrame("y"));
        emptied = outbox.WhenEmptyAsync();
        outbox.Complete();
        await emptied.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Empty_frames_and_taking_too_much_are_refused()
    {
        Assert.Throws<ArgumentException>(static () => new OutboundFrame(default));
        var outbox = NewOutbox();
        outbox.TryEnqueue(NewFrame("ab"));
        outbox.TryEnqueue(NewFrame("c"));
        Assert.Throws<ArgumentOutOfRangeException>(() => outbox.Advance(4));
    }

    [Fact]
    public void Peeking_shows_the_rest_of_the_first_frame()
    {
        var outbox = NewOutbox();
        Assert.False(outbox.TryPeek(out _));
        outbox.TryEnqueue(NewFrame("abc"));
        outbox.TryEnqueue(NewFrame("d"));
        outbox.Advance(1);

        Assert.True(outbox.IsMidFrame);
        Assert.True(outbox.TryPeek(out var rest));
        Assert.Equal("bc", Encoding.ASCII.GetString(rest.Span));
        outbox.Advance(2);
        Assert.False(outbox.IsMidFrame);
    }

    /// <summary>The wire's answer is known to the wire before the outbox has noted it.</summary>
    private static async Task BusyAsync(Outbox outbox)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!outbox.IsBusy)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30), "The wire is not blocked.");
            await Task.Yield();
        }
    }

    private static OutboundFrame NewFrame(string text) => new(Encoding.ASCII.GetBytes(text));

    private Outbox NewOutbox(OutboxLimits? limits = null) => new(limits ?? _limits, _scheduler, OnFull);

    private void OnFull(Outbox outbox)
    {
        Interlocked.Increment(ref _fullCount);
        _full.TrySetResult(outbox);
    }

    private Task<Outbox> FullAsync() => _full.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    private sealed class DequeuingWire(List<int> taken) : IWire
    {
        private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Completed => _completed.Task;

        public DrainResult Drain(IOutboxReader outbox)
        {
            while (outbox.TryDequeue(out var frame))
            {
                taken.Add(int.Parse(frame.Bytes.Span, System.Globalization.NumberStyles.None, null));
            }

            if (outbox.IsCompleted)
            {
                _completed.TrySetResult();
            }

            return DrainResult.Taken;
        }
    }
}
