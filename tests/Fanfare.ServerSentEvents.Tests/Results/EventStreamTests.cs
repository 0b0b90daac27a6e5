using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Fanfare.ServerSentEvents.Tests;

public sealed class EventStreamTests
{
    [Fact]
    public async Task Any_sequence_is_a_stream_in_one_line()
    {
        await using var host = await StreamHost.StartAsync(map: static app => app.MapGet("/numbers", static () => EventStream.From(CountAsync(3), "number")));
        await using var reader = await host.OpenAsync("/numbers");

        Assert.Equal("text/event-stream; charset=utf-8", reader.Response.Content.Headers.ContentType!.ToString());
        Assert.Equal(["number 0", "number 1", "number 2"], (await reader.TakeAsync(3)).Select(static found => $"{found.Name} {found.Data}"));
        Assert.True(await reader.WhenEndedAsync());
        Assert.Equal(1, reader.Comments);
    }

    [Fact]
    public async Task A_channel_of_the_bus_is_a_stream_in_one_line()
    {
        await using var host = await StreamHost.StartAsync(map: static app => app.MapGet("/ticks", static (IMessageBus bus) => EventStream.FromBus(bus.AsAsyncEnumerable<string>("ticks"))));
        var bus = host.Services.GetRequiredService<IMessageBus>();
        await using var reader = await host.OpenAsync("/ticks");
        using var stop = new CancellationTokenSource();
        var publishing = PublishAsync();

        // Published faster than anybody reads: the bus may have dropped some first, and said so.
        var found = await reader.NextAsync();
        while (found.Name == "reset")
        {
            found = await reader.NextAsync();
        }

        await stop.CancelAsync();
        await publishing;

        Assert.Equal(("message", "\"line\\nbreak\""), (found.Name, found.Data));

        // The subscription stands a moment after the answer's head.
        async Task PublishAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                await bus.PublishAsync("ticks", "line\nbreak", TestContext.Current.CancellationToken);
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task A_sequence_is_told_when_its_client_has_gone()
    {
        var source = new Source();
        await using var host = await StreamHost.StartAsync(map: app => app.MapGet("/items", () => EventStream.From(source.ReadAsync())));
        await using (var reader = await host.OpenAsync("/items"))
        {
            source.Items.TryWrite(1);
            await reader.NextAsync();
        }

        await source.Ended.Within(Timeouts.Default);
    }

    [Fact]
    public async Task An_idle_sequence_gets_comments()
    {
        var source = new Source();
        await using var host = await StreamHost.StartAsync(map: app => app.MapGet("/items", () => EventStream.From(source.ReadAsync())), movesClock: true);
        await using var reader = await host.OpenAsync("/items");
        await reader.WhenCommentsAsync(1);
        await source.Began.Within(Timeouts.Default);
        var start = TimeProvider.System.GetTimestamp();
        var waiting = reader.WhenCommentsAsync(3);
        while (!waiting.IsCompleted)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Timeouts.Default);
            host.Clock!.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await waiting;
        source.Items.TryWrite(5);
        Assert.Equal("5", (await reader.NextAsync()).Data);
    }

    [Fact]
    public async Task A_sequence_ends_when_the_server_stops()
    {
        var source = new Source();
        await using var host = await StreamHost.StartAsync(map: app => app.MapGet("/items", () => EventStream.From(source.ReadAsync())));
        await using var reader = await host.OpenAsync("/items");
        await source.Began.Within(Timeouts.Default);

        await host.StopAsync();

        Assert.True(await reader.WhenEndedAsync());
        await source.Ended.Within(Timeouts.Default);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("error")]
    [InlineData("reset")]
    public void A_name_that_such_events_cannot_have_is_refused(string name) => Assert.Throws<ArgumentException>(() => EventStream.From(CountAsync(1), name));

    private static async IAsyncEnumerable<int> CountAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    private sealed class Source
    {
        private readonly Channel<int> _items = Channel.CreateUnbounded<int>();
        private readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ChannelWriter<int> Items => _items.Writer;

        public Task Began => _began.Task;

        public Task Ended => _ended.Task;

        public async IAsyncEnumerable<int> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            try
            {
                _began.TrySetResult();
                await foreach (var item in _items.Reader.ReadAllAsync(cancellationToken))
                {
                    yield return item;
                }
            }
            finally
            {
                _ended.TrySetResult();
            }
        }
    }
}
