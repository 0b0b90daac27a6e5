namespace Fanfare.ServerSentEvents.Tests;

public sealed class KeepAliveTests
{
    [Fact]
    public async Task An_idle_stream_gets_a_comment_after_each_interval()
    {
        await using var host = await StreamHost.StartAsync(movesClock: true);
        await using var reader = await host.ReadAsync(user: "ann");

        for (var i = 2; i < 6; i++)
        {
            host.Clock!.Advance(TimeSpan.FromSeconds(31));
            await reader.WhenCommentsAsync(i);
        }

        await host.Main.To("open").EmitAsync("n", 1);
        Assert.Equal("n", (await reader.NextAsync()).Name);
        Assert.Equal(5, reader.Comments);
    }

    [Fact]
    public async Task An_event_puts_the_comment_off()
    {
        await using var host = await StreamHost.StartAsync(static options => options.KeepAliveInterval = TimeSpan.FromSeconds(10), movesClock: true);
        await using var reader = await host.ReadAsync();
        for (var i = 0; i < 5; i++)
        {
            host.Clock!.Advance(TimeSpan.FromSeconds(6));
            await host.Main.To("open").EmitAsync("n", i);
            Assert.Equal("n", (await reader.NextAsync()).Name);
        }

        Assert.Equal(1, reader.Comments);
        host.Clock!.Advance(TimeSpan.FromSeconds(11));
        await reader.WhenCommentsAsync(2);
    }

    [Theory]
    [InlineData(0, "EventStreamOptions.KeepAliveInterval is 00:00:00; it must be at least 00:00:00.1000000 (default 00:00:30).")]
    [InlineData(-1, "EventStreamOptions.KeepAliveInterval is -00:00:01; it must be at least 00:00:00.1000000 (default 00:00:30).")]
    public async Task An_interval_that_cannot_work_is_named(int seconds, string text)
    {
        var fault = await Assert.ThrowsAsync<ArgumentException>(() => StreamHost.StartAsync(options => options.KeepAliveInterval = TimeSpan.FromSeconds(seconds)));

        Assert.Equal(text, fault.Message);
    }

    [Fact]
    public async Task Other_options_that_cannot_work_are_named()
    {
        await ExpectAsync("EventStreamOptions.RetryDelay is -00:00:01; it must not be negative (default 00:00:02).", static options => options.RetryDelay = TimeSpan.FromSeconds(-1));
        await ExpectAsync("EventStreamOptions.MaxConnectionsPerAddress is -1; it must not be negative (default 200; 0: no limit).", static options => options.MaxConnectionsPerAddress = -1);
        await ExpectAsync("EventStreamOptions.CookieName is a b; it must be a name that a cookie can have (default none).", static options => options.CookieName = "a b");
        await ExpectAsync(
            "EventStreamOptions.AcknowledgementTimeout is -00:00:01; it must be between zero and 24 days (default 00:00:15; 0: the platform's own).",
            static options => options.AcknowledgementTimeout = TimeSpan.FromSeconds(-1));

        static async Task ExpectAsync(string text, Action<EventStreamOptions> options) =>
            Assert.Equal(text, (await Assert.ThrowsAsync<ArgumentException>(() => StreamHost.StartAsync(options))).Message);
    }
}
