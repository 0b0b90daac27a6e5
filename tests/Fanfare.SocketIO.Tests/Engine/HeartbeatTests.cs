using Microsoft.AspNetCore.Builder;

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

    private Task<TestServer> StartAsync() => TestServer.StartAsync(movesClock: true, map: app => app.MapEngineIO("/engine.io/", connection =>
    {
        connection.MessageReceived += (_, message) => _messages.Add(message.Text);
        connection.Closed += (_, reason) => _closes.Add(reason);
    }));
}
