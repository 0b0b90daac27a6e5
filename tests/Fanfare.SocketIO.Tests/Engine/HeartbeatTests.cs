using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Fanfare.SocketIO.Tests.Engine;

/// <summary>Engine.IO v4, heartbeat: protocol notes 1.5. The test moves the server's clock.</summary>
public sealed class HeartbeatTests
{
    // A deadline may be late by the width of the wheel's slots.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(25) + (2 * TimingWheel.Resolution);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20) + (2 * TimingWheel.Resolution);

    private readonly Recorder<CloseReason> _closes = new();
    private readonly Recorder<string> _messages = new();

    [Theory]
    [InlineData(EngineLink.WebSocket)]
    [InlineData(EngineLink.Polling)]
    public async Task A_ping_comes_each_interval_as_long_as_the_client_answers(string transport)
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server, transport);

        for (var i = 0; i < 3; i++)
        {
            server.Clock!.Advance(Interval);
            Assert.Equal("2", await link.NextAsync());
            await link.SendAsync("3", $"4answered {i}");
            Assert.Equal($"answered {i}", await _messages.Next());
        }

        Assert.True(_closes.IsEmpty);
    }

    [Theory]
    [InlineData(EngineLink.WebSocket)]
    [InlineData(EngineLink.Polling)]
    public async Task Without_an_answer_the_session_ends_with_ping_timeout(string transport)
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server, transport);
        server.Clock!.Advance(Interval);
        Assert.Equal("2", await link.NextAsync());

        server.Clock.Advance(Timeout);

        Assert.Equal(CloseReason.PingTimeout, await _closes.Next());
        Assert.Null(await link.NextAsync());
    }

    [Theory]
    [InlineData(EngineLink.WebSocket)]
    [InlineData(EngineLink.Polling)]
    public async Task Neither_messages_nor_an_unasked_pong_stand_in_for_the_answer(string transport)
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server, transport);
        await link.SendAsync("3", "4a");
        Assert.Equal("a", await _messages.Next());
        server.Clock!.Advance(Interval);
        Assert.Equal("2", await link.NextAsync());
        await link.SendAsync("4b");
        Assert.Equal("b", await _messages.Next());

        server.Clock.Advance(Timeout);

        Assert.Equal(CloseReason.PingTimeout, await _closes.Next());
    }

    [Fact]
    public async Task A_client_that_never_polls_is_gone_after_interval_and_timeout()
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server, EngineLink.Polling);

        server.Clock!.Advance(Interval);
        server.Clock.Advance(Timeout);

        Assert.Equal(CloseReason.PingTimeout, await _closes.Next());
    }

    [Fact]
    public async Task A_request_that_comes_after_the_time_finds_no_session_however_late_the_server_itself_is()
    {
        await using var server = await StartAsync();
        await using var link = (PollingLink)await OpenAsync(server, EngineLink.Polling);
        server.Clock!.Advance(Interval);
        using var held = new HeldDeadline();
        server.Services.GetRequiredService<FanfareServer>().Wheel.Schedule(held, TimingWheel.Resolution);
        var late = Task.Run(() => server.Clock.Advance(Timeout), TestContext.Current.CancellationToken);
        await held.Reached.InTime();

        Assert.Equal(HttpStatusCode.BadRequest, (await link.PollAsync()).Status);
        Assert.Equal(CloseReason.PingTimeout, await _closes.Next());
        held.Release();
        await late.InTime();
    }

    [Fact]
    public async Task With_the_default_limits_too_a_client_that_polls_no_more_ends_with_ping_timeout()
    {
        await using var server = await StartAsync(static options => options.Outbox.MaxAge = new OutboxLimits().MaxAge);
        await using var link = await OpenAsync(server, EngineLink.Polling);

        server.Clock!.Advance(Interval);
        // Longer than anything may wait in the outbox.
        server.Clock.Advance(TimeSpan.FromSeconds(11));
        server.Clock.Advance(Timeout - TimeSpan.FromSeconds(11));

        Assert.Equal(CloseReason.PingTimeout, await _closes.Next());
        Assert.Equal(0, server.Meters.Refused(FanfareMetrics.Limit.Outbox));
    }

    [Fact]
    public async Task A_ping_that_found_no_poll_comes_first_with_the_next_one_and_once()
    {
        await using var server = await StartAsync();
        await using var link = (PollingLink)await OpenAsync(server, EngineLink.Polling);
        await link.SendAsync("4echo a");
        server.Clock!.Advance(Interval);
        await link.SendAsync("4echo b");

        Assert.Equal("2\u001e4echo a\u001e4echo b", (await link.PollAsync()).Body);
        await link.SendAsync("3", "4echo c");
        Assert.Equal("4echo c", (await link.PollAsync()).Body);
    }

    [Fact]
    public async Task A_ping_that_found_no_poll_goes_over_to_the_WebSocket_once()
    {
        await using var server = await StartAsync();
        await using var link = (PollingLink)await OpenAsync(server, EngineLink.Polling);
        server.Clock!.Advance(Interval);

        await using var webSocket = await WebSocketLink.ConnectAsync(server, $"EIO=4&transport=websocket&sid={link.Sid}", "/engine.io/");
        webSocket.AnswersPings = false;
        await webSocket.SendAsync("2probe");
        Assert.Equal("3probe", await webSocket.NextAsync());
        await webSocket.SendAsync("5");
        Assert.Equal("2", await webSocket.NextAsync());
        await webSocket.SendAsync("3", "4echo a");

        Assert.Equal("4echo a", await webSocket.NextAsync());
        server.Clock.Advance(Interval);
        Assert.Equal("2", await webSocket.NextAsync());
    }

    [Fact]
    public async Task A_ping_that_a_poll_has_fetched_does_not_come_again_with_the_WebSocket()
    {
        await using var server = await StartAsync();
        await using var link = (PollingLink)await OpenAsync(server, EngineLink.Polling);
        var poll = await link.BeginPollAsync();
        server.Clock!.Advance(Interval);
        Assert.Equal("2", (await poll).Body);

        await using var webSocket = await WebSocketLink.ConnectAsync(server, $"EIO=4&transport=websocket&sid={link.Sid}", "/engine.io/");
        webSocket.AnswersPings = false;
        await webSocket.SendAsync("5", "3", "4echo a");

        Assert.Equal("4echo a", await webSocket.NextAsync());
    }

    [Fact]
    public async Task A_closed_session_is_not_pinged_any_more()
    {
        await using var server = await StartAsync();
        await using var link = (PollingLink)await OpenAsync(server, EngineLink.Polling);
        server.Clock!.Advance(Interval);
        await link.SendAsync("4end");
        Assert.Equal(CloseReason.ForcedClose, await _closes.Next());

        Assert.Equal("1", (await link.PollAsync()).Body);
    }

    [Fact]
    public async Task After_all_clients_have_gone_silent_nothing_is_left_of_them()
    {
        await using var server = await StartAsync();
        for (var i = 0; i < 10; i++)
        {
            await using var polling = await OpenAsync(server, EngineLink.Polling);
            await using var webSocket = await OpenAsync(server, EngineLink.WebSocket);
        }

        server.Clock!.Advance(Interval);
        server.Clock.Advance(Timeout);

        await _closes.Take(20);
        await server.Meters.When("fanfare.sessions.active", null, static sum => sum == 0);
    }

    private static async Task<EngineLink> OpenAsync(TestServer server, string transport)
    {
        var link = await EngineLink.OpenAsync(server, transport, path: "/engine.io/");
        link.AnswersPings = false;
        return link;
    }

    private Task<TestServer> StartAsync(Action<FanfareOptions>? fanfare = null) => TestServer.StartAsync(fanfare: fanfare, movesClock: true, map: app => app.MapEngineIO("/engine.io/", connection =>
    {
        connection.MessageReceived += (connection, message) =>
        {
            _messages.Add(message.Text);
            if (message.Text == "end")
            {
                connection.Close();
            }
            else if (message.Text.StartsWith("echo", StringComparison.Ordinal))
            {
                connection.Send(message.Text);
            }
        };
        connection.Closed += (_, reason) => _closes.Add(reason);
    }));

    /// <summary>Keeps the wheel from what is due behind it.</summary>
    private sealed class HeldDeadline : Deadline, IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _released = new();

        public Task Reached => _reached.Task;

        public void Release() => _released.Set();

        public void Dispose() => _released.Dispose();

        protected override void OnDue()
        {
            _reached.SetResult();
            _released.Wait();
        }
    }
}
