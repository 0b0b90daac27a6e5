namespace Fanfare.Testing.Bus;

/// <summary>What every <see cref="IMessageBus"/> does.</summary>
public abstract class MessageBusContract : BusNodes
{
    [Fact]
    public async Task An_event_reaches_every_subscription_of_its_channel_and_of_no_other()
    {
        var (one, two, other) = (new Heard<Order>(), new Heard<Order>(), new Heard<Order>());
        await using var first = await Bus.SubscribeAsync<Order>("orders", one.Add);
        await using var second = await Bus.SubscribeAsync<Order>("orders", two.Add);
        await using var third = await Bus.SubscribeAsync<Order>("Orders", other.Add);

        await PublishAsync("orders", new Order(1));
        await PublishAsync("Orders", new Order(2));

        Assert.Equal(1, (await one.NextAsync()).Number);
        Assert.Equal(1, (await two.NextAsync()).Number);
        Assert.Equal(2, (await other.NextAsync()).Number);
    }

    [Theory]
    [InlineData("room:*", "room:1", "rooms")]
    [InlineData("h?llo", "hello", "heello")]
    [InlineData("h[^a-d]llo", "hello", "hallo")]
    [InlineData("room:\\*", "room:*", "room:1")]
    [InlineData("*", "anything", null)]
    public async Task A_pattern_hears_the_channels_that_fit_and_says_which(string pattern, string fitting, string? unfitting)
    {
        var heard = new Heard<(string Channel, int Value)>();
        await using var subscription = await Bus.SubscribePatternAsync<int>(pattern, (channel, value) => heard.Add((channel, value)));

        if (unfitting is not null)
        {
            await PublishAsync(unfitting, 1);
        }

        await PublishAsync(fitting, 2);

        Assert.Equal((fitting, 2), await heard.NextAsync());
    }

    [Fact]
    public async Task A_channel_name_is_never_taken_for_a_pattern()
    {
        var heard = new Heard<int>();
        await using var subscription = await Bus.SubscribeAsync<int>("room:[ab]*", heard.Add);

        await PublishAsync("room:a", 1);
        await PublishAsync("room:a1", 2);
        await PublishAsync("room:[ab]*", 3);

        Assert.Equal(3, await heard.NextAsync());
    }

    [Fact]
    public async Task Who_subscribes_to_a_channel_and_to_patterns_hears_an_event_once_for_each()
    {
        var heard = new Heard<string>();
        await using var exact = await Bus.SubscribeAsync<int>("room:1", _ => heard.Add("exact"));
        await using var one = await Bus.SubscribePatternAsync<int>("room:*", (_, _) => heard.Add("room:*"));
        await using var two = await Bus.SubscribePatternAsync<int>("*:1", (_, _) => heard.Add("*:1"));

        await PublishAsync("room:1", 0);

        Assert.Equal(["*:1", "exact", "room:*"], (await heard.TakeAsync(3)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_handler_of_a_subscription_runs_once_at_a_time_and_in_order()
    {
        var heard = new Heard<int>();
        var running = 0;
        await using var subscription = await Bus.SubscribeAsync<int>("numbers", async number =>
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            await Task.Yield();
            Assert.Equal(0, Interlocked.Decrement(ref running));
            heard.Add(number);
        });

        for (var batch = 0; batch < 20; batch++)
        {
            var numbers = Enumerable.Range(batch * QueueCapacity, QueueCapacity).ToArray();
            foreach (var number in numbers)
            {
                await PublishAsync("numbers", number);
            }

            Assert.Equal(numbers, await heard.TakeAsync(QueueCapacity));
        }

        Assert.Empty(Node.Log.Of("BusHandlerFailed"));
    }

    [Fact]
    public async Task Subscriptions_see_the_events_of_many_publishers_in_one_order_and_each_publishers_in_its_own()
    {
        var (one, two) = (new Heard<Order>(), new Heard<Order>());
        await using var first = await Bus.SubscribeAsync<Order>("orders", one.Add);
        await using var second = await Bus.SubscribePatternAsync<Order>("ord*", (_, order) => two.Add(order));

        const int publishers = 4;
        const int each = QueueCapacity / publishers;
        await Task.WhenAll(Enumerable.Range(0, publishers).Select(publisher => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                await PublishAsync("orders", new Order(i, $"{publisher}"));
            }
        })));

        var heard = await one.TakeAsync(publishers * each);
        Assert.Equal(heard, await two.TakeAsync(publishers * each));
        Assert.All(heard.GroupBy(order => order.Note), group => Assert.Equal(Enumerable.Range(0, each), group.Select(order => order.Number)));
    }

    [Fact]
    public async Task A_handler_that_throws_is_logged_and_stops_neither_the_next_event_nor_other_handlers()
    {
        var (bad, good) = (new Heard<int>(), new Heard<int>());
        await using var throwing = await Bus.SubscribeAsync<int>("numbers", number =>
        {
            bad.Add(number);
            throw new InvalidOperationException($"no {number}");
        });
        await using var failing = await Bus.SubscribeAsync<int>("numbers", async number =>
        {
            await Task.Yield();
            bad.Add(number);
            throw new InvalidOperationException($"later no {number}");
        });
        await using var working = await Bus.SubscribeAsync<int>("numbers", good.Add);

        await PublishAsync("numbers", 1);
        await PublishAsync("numbers", 2);

        Assert.Equal([1, 1, 2, 2], (await bad.TakeAsync(4)).Order());
        Assert.Equal([1, 2], await good.TakeAsync(2));
        await throwing.DisposeAsync();
        await failing.DisposeAsync();
        Assert.Equal(4, Node.Log.Of("BusHandlerFailed").Count(line => line.Exception is InvalidOperationException));
        Assert.Equal(4, Node.Counters["fanfare.bus.failures{reason=handler}"]);
    }

    [Fact]
    public async Task An_event_that_does_not_fit_is_logged_without_its_text_and_skipped()
    {
        var heard = new Heard<int>();
        await using var subscription = await Bus.SubscribeAsync<int>("numbers", heard.Add);

        await PublishAsync("numbers", "secret");
        await PublishAsync("numbers", new Order(1));
        await PublishAsync("numbers", 3);

        Assert.Equal(3, await heard.NextAsync());
        Assert.NotEmpty(Node.Log.Of("BusEventUnreadable"));
        Assert.DoesNotContain(Node.Log.Lines, line => $"{line.Text}{line.Exception}".Contains("secret", StringComparison.Ordinal));
        Assert.Equal(2, Node.Counters["fanfare.bus.failures{reason=unreadable}"]);
    }

    [Fact]
    public async Task What_arrives_is_a_copy_as_it_was_when_it_was_published()
    {
        var (one, two) = (new Heard<Order>(), new Heard<Order>());
        await using var first = await Bus.SubscribeAsync<Order>("orders", one.Add);
        await using var second = await Bus.SubscribeAsync<Order>("orders", two.Add);
        var lines = new List<string> { "tea", "Ünïcödé \u2028 \"quoted\"" };

        await PublishAsync("orders", new Order(1, null, [0, 255, 128, 7], lines));
        lines.Clear();

        var (left, right) = (await one.NextAsync(), await two.NextAsync());
        Assert.Equal(["tea", "Ünïcödé \u2028 \"quoted\""], left.Lines);
        Assert.Equal(new byte[] { 0, 255, 128, 7 }, left.Seal);
        Assert.NotSame(left, right);
    }

    [Fact]
    public async Task Null_and_each_reader_s_own_type_are_read_as_published()
    {
        var (text, loose) = (new Heard<string?>(), new Heard<Dictionary<string, object>?>());
        await using var first = await Bus.SubscribeAsync<string?>("texts", text.Add);
        await using var second = await Bus.SubscribeAsync<Dictionary<string, object>?>("orders", loose.Add);

        await PublishAsync<string?>("texts", null);
        await PublishAsync("orders", new Order(7));

        Assert.Null(await text.NextAsync());
        Assert.Equal("7", (await loose.NextAsync())!["number"].ToString());
    }

    [Fact]
    public async Task Publishing_waits_for_no_slow_handler_and_what_it_misses_is_the_oldest_told_counted_and_logged()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (slow, quick) = (new Heard<BusEvent<int>>(), new Heard<int>());
        await using var first = await Bus.SubscribeAsync<int>(
            BusTopic.Channel("numbers"),
            async found =>
            {
                slow.Add(found);
                await held.Task;
            },
            Token);
        await PublishAsync("numbers", 0);
        Assert.Equal(0, (await slow.NextAsync()).Value);

        // The quick one hears each before the next is published, so that it is the slow one alone that lags.
        await using var second = await Bus.SubscribeAsync<int>("numbers", quick.Add);
        const int last = 3 * QueueCapacity;
        for (var number = 1; number <= last; number++)
        {
            await PublishAsync("numbers", number);
            Assert.Equal(number, await quick.NextAsync());
        }

        held.SetResult();
        var heard = await slow.TakeUntilAsync(found => found.Value == last);

        var missed = heard.Sum(found => found.Missed);
        Assert.Equal(last, heard.Count + missed);
        Assert.Equal(heard.Select(found => found.Value).Order(), heard.Select(found => found.Value));
        Assert.Equal(missed, heard[0].Missed);
        Assert.Equal(missed + 1, heard[0].Value);
        Assert.Equal(missed, Node.Counters["fanfare.limit.refused{limit=bus_queue}"]);
        Assert.NotEmpty(Node.Log.Of("BusQueueFull"));
    }

    [Fact]
    public async Task Disposing_a_subscription_ends_it_alone_and_may_be_done_twice()
    {
        var (ended, going) = (new Heard<int>(), new Heard<int>());
        var first = await Bus.SubscribeAsync<int>("numbers", ended.Add);
        await using var second = await Bus.SubscribeAsync<int>("numbers", going.Add);
        await PublishAsync("numbers", 1);
        Assert.Equal(1, await ended.NextAsync());
        Assert.Equal(1, await going.NextAsync());

        await first.DisposeAsync();
        await first.DisposeAsync();
        await PublishAsync("numbers", 2);
        Assert.Equal(2, await going.NextAsync());

        ended.Add(-1);
        Assert.Equal(-1, await ended.NextAsync());
    }

    [Fact]
    public async Task After_disposal_no_call_starts_whatever_is_published_meanwhile()
    {
        var late = 0;
        for (var round = 0; round < 200; round++)
        {
            var isOver = false;
            var heard = new Heard<int>();
            var subscription = await Bus.SubscribeAsync<int>("numbers", number =>
            {
                if (Volatile.Read(ref isOver))
                {
                    Interlocked.Increment(ref late);
                }

                heard.Add(number);
            });
            var publishing = Task.Run(
                async () =>
                {
                    for (var number = 0; number < 20; number++)
                    {
                        await PublishAsync("numbers", number);
                    }
                },
                Token);
            await heard.NextAsync();

            await subscription.DisposeAsync();
            Volatile.Write(ref isOver, true);
            await publishing.Within(Timeouts.Default);
        }

        var marker = new Heard<int>();
        await using var behind = await Bus.SubscribeAsync<int>("numbers", marker.Add);
        await PublishAsync("numbers", -1);
        Assert.Equal(-1, await marker.NextAsync());
        Assert.Equal(0, Volatile.Read(ref late));
    }

    [Fact]
    public async Task Disposal_waits_for_the_call_that_runs()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var heard = new Heard<int>();
        var hasEnded = false;
        var subscription = await Bus.SubscribeAsync<int>("numbers", async number =>
        {
            heard.Add(number);
            await held.Task;
            hasEnded = true;
        });
        await PublishAsync("numbers", 1);
        await PublishAsync("numbers", 2);
        await heard.NextAsync();

        var disposal = subscription.DisposeAsync().AsTask();
        var again = subscription.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);
        Assert.False(again.IsCompleted);
        held.SetResult();
        await Task.WhenAll(disposal, again).Within(Timeouts.Default);

        Assert.True(hasEnded);
        heard.Add(-1);
        Assert.Equal(-1, await heard.NextAsync());
    }

    [Fact]
    public async Task A_handler_may_dispose_its_own_subscription()
    {
        var heard = new Heard<int>();
        var ready = new TaskCompletionSource<IAsyncDisposable>(TaskCreationOptions.RunContinuationsAsynchronously);
        ready.SetResult(await Bus.SubscribeAsync<int>("numbers", async number =>
        {
            var own = await ready.Task;
            await Task.Yield();
            await own.DisposeAsync();
            heard.Add(number);
        }));
        var marker = new Heard<int>();
        await using var other = await Bus.SubscribeAsync<int>("numbers", marker.Add);

        await PublishAsync("numbers", 1);
        await PublishAsync("numbers", 2);

        Assert.Equal(1, await heard.NextAsync());
        Assert.Equal([1, 2], await marker.TakeAsync(2));
        heard.Add(-1);
        Assert.Equal(-1, await heard.NextAsync());
    }

    [Fact]
    public async Task What_an_earlier_call_has_started_waits_for_the_running_call_like_anybody_else()
    {
        var (entered, held) = (new Heard<int>(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var go = new TaskCompletionSource<IAsyncDisposable>(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        var subscription = await Bus.SubscribeAsync<int>("numbers", async number =>
        {
            entered.Add(number);
            if (number == 1)
            {
                _ = Task.Run(async () => begun.SetResult((await go.Task).DisposeAsync().AsTask()), CancellationToken.None);
                return;
            }

            await held.Task;
        });
        await PublishAsync("numbers", 1);
        await PublishAsync("numbers", 2);
        Assert.Equal([1, 2], await entered.TakeAsync(2));

        go.SetResult(subscription);
        var disposal = await begun.Task.Within(Timeouts.Default);
        Assert.False(disposal.IsCompleted);
        held.SetResult();
        await disposal.Within(Timeouts.Default);
    }

    [Fact]
    public async Task An_empty_channel_or_pattern_and_a_cancelled_call_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await PublishAsync(string.Empty, 1));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Bus.SubscribeAsync<int>(string.Empty, _ => { }));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Bus.SubscribePatternAsync<int>(string.Empty, (_, _) => { }));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Bus.PublishAsync("numbers", 1, new CancellationToken(canceled: true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Bus.SubscribeAsync<int>(BusTopic.Channel("numbers"), _ => ValueTask.CompletedTask, new CancellationToken(canceled: true)));
    }
}
