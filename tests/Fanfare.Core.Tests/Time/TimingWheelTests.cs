using Microsoft.Extensions.Time.Testing;

namespace Fanfare.Core.Tests.Time;

public sealed class TimingWheelTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddSeconds(Random.Shared.NextDouble() * 4e9));
    private readonly TimingWheel _wheel;

    public TimingWheelTests()
    {
        _wheel = new TimingWheel(_time);
    }

    public void Dispose() => _wheel.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(300)]
    [InlineData(25_000)]
    [InlineData(32_767)]
    [InlineData(32_768)]
    [InlineData(100_000)]
    [InlineData(7_200_000)]
    public void A_deadline_is_never_early_and_late_by_little(int milliseconds)
    {
        _time.Advance(TimeSpan.FromMilliseconds(Random.Shared.Next(100_000)));
        var deadline = new CountingDeadline();
        _wheel.Schedule(deadline, TimeSpan.FromMilliseconds(milliseconds));
        Assert.True(deadline.IsScheduled);

        _time.Advance(TimeSpan.FromMilliseconds(Math.Max(0, milliseconds - 1)));
        Assert.Equal(0, deadline.Count);

        // Two slots: the one it is rounded up to, and whole milliseconds of the timer.
        _time.Advance(TimeSpan.FromMilliseconds(1) + (2 * TimingWheel.Resolution));
        Assert.Equal(1, deadline.Count);
        Assert.False(deadline.IsScheduled);
    }

    [Fact]
    public void A_deadline_that_is_moved_is_due_once_at_its_last_place()
    {
        var deadline = new CountingDeadline();
        _wheel.Schedule(deadline, TimeSpan.FromSeconds(1));
        _wheel.Schedule(deadline, TimeSpan.FromSeconds(50));
        _wheel.Schedule(deadline, TimeSpan.FromSeconds(5));

        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Equal(0, deadline.Count);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, deadline.Count);
    }

    [Fact]
    public void A_cancelled_deadline_is_never_due()
    {
        var deadline = new CountingDeadline();
        _wheel.Schedule(deadline, TimeSpan.FromSeconds(1));

        Assert.True(_wheel.Cancel(deadline));
        Assert.False(_wheel.Cancel(deadline));

        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(0, deadline.Count);
    }

    [Fact]
    public void A_deadline_may_put_itself_back_and_cancel_others()
    {
        var other = new CountingDeadline();
        CountingDeadline? heartbeat = null;
        heartbeat = new CountingDeadline(() =>
        {
            _wheel.Cancel(other);
            if (heartbeat!.Count < 3)
            {
                _wheel.Schedule(heartbeat, TimeSpan.FromMilliseconds(300));
            }
        });
        _wheel.Schedule(heartbeat, TimeSpan.FromMilliseconds(300));
        _wheel.Schedule(other, TimeSpan.FromMilliseconds(800));

        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(3, heartbeat.Count);
        Assert.Equal(0, other.Count);
    }

    [Fact]
    public void Many_deadlines_moved_and_cancelled_at_random_are_due_exactly_when_they_should_be()
    {
        var random = new Random(Random.Shared.Next());
        var start = _time.GetTimestamp();
        var deadlines = Enumerable.Range(0, 500).Select(_ => new TimedDeadline(_time)).ToArray();
        for (var round = 0; round < 2000; round++)
        {
            var deadline = deadlines[random.Next(deadlines.Length)];
            if (random.Next(4) == 0)
            {
                _wheel.Cancel(deadline);
                deadline.Due = null;
            }
            else
            {
                var delay = TimeSpan.FromMilliseconds(random.Next(90_000));
                _wheel.Schedule(deadline, delay);
                deadline.Due = _time.GetElapsedTime(start) + delay;
            }

            _time.Advance(TimeSpan.FromMilliseconds(random.Next(40)));
            AssertDue(deadlines, start);
        }

        _time.Advance(TimeSpan.FromMinutes(3));
        Assert.All(deadlines, static deadline => Assert.False(deadline.IsScheduled));
    }

    [Fact]
    public void A_disposed_wheel_lets_nothing_become_due()
    {
        var deadline = new CountingDeadline();
        _wheel.Schedule(deadline, TimeSpan.FromSeconds(1));
        _wheel.Dispose();
        _wheel.Schedule(new CountingDeadline(() => Assert.Fail("The wheel is disposed.")), TimeSpan.Zero);

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, deadline.Count);
    }

    [Fact]
    public async Task Real_time_moves_it_as_well()
    {
        using var wheel = new TimingWheel(TimeProvider.System);
        var due = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        wheel.Schedule(new CountingDeadline(due.SetResult), TimeSpan.FromMilliseconds(30));

        await due.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private void AssertDue(TimedDeadline[] deadlines, long start)
    {
        var now = _time.GetElapsedTime(start);
        foreach (var deadline in deadlines)
        {
            if (deadline.FiredAt is { } firedAt)
            {
                Assert.NotNull(deadline.Due);
                Assert.True(_time.GetElapsedTime(start, firedAt) >= deadline.Due, "early");
                deadline.FiredAt = null;
                deadline.Due = null;
            }
            else if (deadline.Due is { } due)
            {
                Assert.True(now < due + (2 * TimingWheel.Resolution), "late");
            }
        }
    }

    private sealed class CountingDeadline(Action? onDue = null) : Deadline
    {
        public int Count { get; private set; }

        protected override void OnDue()
        {
            Count++;
            onDue?.Invoke();
        }
    }

    private sealed class TimedDeadline(TimeProvider time) : Deadline
    {
        public TimeSpan? Due { get; set; }

        public long? FiredAt { get; set; }

        protected override void OnDue()
        {
            Assert.Null(FiredAt);
            FiredAt = time.GetTimestamp();
        }
    }
}
