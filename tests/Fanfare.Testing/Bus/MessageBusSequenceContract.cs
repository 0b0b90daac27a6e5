namespace Fanfare.Testing.Bus;

/// <summary>What <c>AsAsyncEnumerable</c> does over every <see cref="IMessageBus"/>.</summary>
public abstract class MessageBusSequenceContract : BusNodes
{
    [Fact]
    public async Task A_sequence_brings_the_events_in_order_until_it_is_left()
    {
        await using var reader = Bus.AsAsyncEnumerable<int>("numbers", Token).GetAsyncEnumerator(Token);
        await ReadAfterMarkersAsync(reader, "numbers");

        for (var number = 1; number <= 20; number++)
        {
            await PublishAsync("numbers", number);
        }

        for (var number = 1; number <= 20; number++)
        {
            Assert.True(await reader.MoveNextAsync().AsTask().Within(Timeouts.Default));
            Assert.Equal(new BusEvent<int>("numbers", number, Missed: 0), reader.Current);
        }
    }

    [Fact]
    public async Task A_sequence_of_a_pattern_says_which_channel()
    {
        await using var reader = Bus.AsAsyncEnumerable<int>(BusTopic.Pattern("room:*")).GetAsyncEnumerator(Token);
        await ReadAfterMarkersAsync(reader, "room:0");

        await PublishAsync("room:2", 5);

        Assert.True(await reader.MoveNextAsync().AsTask().Within(Timeouts.Default));
        Assert.Equal(new BusEvent<int>("room:2", 5, Missed: 0), reader.Current);
    }

    [Fact]
    public async Task A_sequence_tells_its_slow_reader_what_is_gone()
    {
        await using var reader = Bus.AsAsyncEnumerable<int>("numbers", Token).GetAsyncEnumerator(Token);
        await ReadAfterMarkersAsync(reader, "numbers");
        var quick = new Heard<int>();
        await using var witness = await Bus.SubscribeAsync<int>("numbers", quick.Add);

        const int last = 3 * QueueCapacity;
        for (var number = 1; number <= last; number++)
        {
            await PublishAsync("numbers", number);
            Assert.Equal(number, await quick.NextAsync());
        }

        var (expected, missed) = (1L, 0L);
        do
        {
            Assert.True(await reader.MoveNextAsync().AsTask().Within(Timeouts.Default));
            expected += reader.Current.Missed;
            missed += reader.Current.Missed;
            Assert.Equal(expected++, reader.Current.Value);
        }
        while (reader.Current.Value != last);

        Assert.True(missed > 0);
    }

    [Fact]
    public async Task A_cancelled_sequence_ends_with_the_cancellation()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var reader = Bus.AsAsyncEnumerable<int>("numbers", cancellation.Token).GetAsyncEnumerator(Token);
        await ReadAfterMarkersAsync(reader, "numbers");

        var next = reader.MoveNextAsync().AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.Within(Timeouts.Default));
    }

    /// <summary>A sequence subscribes at its first step, and nobody sees from outside when it has: markers are published until one arrives, and read away.</summary>
    private async Task ReadAfterMarkersAsync(IAsyncEnumerator<BusEvent<int>> reader, string channel)
    {
        const int firstMarker = -1_000_000;
        var first = reader.MoveNextAsync().AsTask();
        var marker = firstMarker;
        while (!first.IsCompleted)
        {
            await PublishAsync(channel, marker++);
            await Task.Yield();
        }

        Assert.True(await first.Within(Timeouts.Default));
        while (reader.Current.Value != marker - 1)
        {
            Assert.True(await reader.MoveNextAsync().AsTask().Within(Timeouts.Default));
        }
    }
}
