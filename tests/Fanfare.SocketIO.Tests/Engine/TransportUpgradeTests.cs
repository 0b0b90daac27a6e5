using System.Net;
using Microsoft.AspNetCore.Builder;

namespace Fanfare.SocketIO.Tests.Engine;

/// <summary>Engine.IO v4, upgrade from polling to WebSocket: protocol notes 1.6.</summary>
public sealed class TransportUpgradeTests
{
    private readonly Recorder<CloseReason> _closes = new();
    private readonly Recorder<string> _messages = new();
    private readonly Recorder<EngineConnection> _connections = new();

    [Fact]
    public async Task Probe_then_upgrade_moves_the_session_to_the_WebSocket()
    {
        await using var server = await StartAsync();
        await using var polling = await OpenAsync(server);
        var connection = await _connections.Next();
        var poll = await polling.BeginPollAsync();

        await using var webSocket = await UpgradeAsync(server, polling);
        await webSocket.SendAsync("2probe");
        Assert.Equal("3probe", await webSocket.NextAsync());
        Assert.Equal((HttpStatusCode.OK, "6"), await poll);
        await webSocket.SendAsync("5", "4over there");

        Assert.Equal("over there", await _messages.Next());
        Assert.Equal("websocket", connection.Transport);
        connection.Send("and back");
        Assert.Equal("4and back", await webSocket.NextAsync());
        Assert.Equal((HttpStatusCode.BadRequest, """{"code":3,"message":"Bad request"}"""), await polling.PollAsync());
        Assert.Equal((HttpStatusCode.BadRequest, """{"code":3,"message":"Bad request"}"""), await polling.PostAsync("4late"));
        Assert.True(_closes.IsEmpty);
    }

    [Fact]
    public async Task While_the_upgrade_runs_each_poll_is_let_go()
    {
        await using var server = await StartAsync();
        await using var polling = await OpenAsync(server);
        await using var webSocket = await UpgradeAsync(server, polling);
        await webSocket.SendAsync("2probe");
        Assert.Equal("3probe", await webSocket.NextAsync());

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal((HttpStatusCode.OK, "6"), await polling.PollAsync());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(8)]
    public async Task Packets_in_flight_are_neither_lost_nor_doubled_nor_reordered(int beforeUpgrade)
    {
        const int Count = 400;
        await using var server = await StartAsync();
        await using var polling = await OpenAsync(server);
        var connection = await _connections.Next();
        var received = new List<string>();
        var half = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sending = Task.Run(
            async () =>
            {
                for (var i = 0; i < Count; i++)
                {
                    Assert.True(connection.Send($"{i}"));
                    await Task.Yield();
                    if (i == Count / 2)
                    {
                        half.SetResult();
                        await goOn.Task;
                    }
                }
            },
            TestContext.Current.CancellationToken);
        for (var i = 0; i < beforeUpgrade; i++)
        {
            await TakePollAsync(polling, received);
        }

        await using var webSocket = await UpgradeAsync(server, polling);
        await webSocket.SendAsync("2probe");
        Assert.Equal("3probe", await webSocket.NextAsync());
        await half.Task.InTime();
        // Official clients let the poll that is under way end before they send 5.
        await TakePollAsync(polling, received);
        goOn.SetResult();
        await webSocket.SendAsync("5");
        while (received.Count < Count && await webSocket.NextAsync() is { } packet)
        {
            received.Add(packet);
        }

        await sending.InTime();
        connection.Send("marker");
        Assert.Equal("4marker", await webSocket.NextAsync());
        Assert.Equal(Enumerable.Range(0, Count).Select(static i => $"4{i}"), received);
    }

    [Fact]
    public async Task A_poll_that_still_waits_when_the_upgrade_ends_loses_nothing()
    {
        await using var server = await StartAsync();
        for (var round = 0; round < 10; round++)
        {
            await using var polling = await OpenAsync(server);
            var connection = await _connections.Next();
            await using var webSocket = await UpgradeAsync(server, polling);
            await webSocket.SendAsync("2probe");
            Assert.Equal("3probe", await webSocket.NextAsync());
            var received = new List<string>();
            var poll = await polling.BeginPollAsync();
            var sending = Task.Run(
                () =>
                {
                    for (var i = 0; i < 50; i++)
                    {
                        connection.Send($"{i}");
                    }
                },
                TestContext.Current.CancellationToken);

            await webSocket.SendAsync("5");
            var (status, body) = await poll;
            Assert.True(status == HttpStatusCode.OK || body == """{"code":3,"message":"Bad request"}""", body);
            if (status == HttpStatusCode.OK)
            {
                received.AddRange(body.Split('\x1e').Where(static packet => packet != "6"));
            }

            await sending.InTime();
            while (received.Count < 50)
            {
                received.Add((await webSocket.NextAsync())!);
            }

            Assert.Equal(Enumerable.Range(0, 50).Select(static i => $"4{i}"), received);
        }
    }

    [Fact]
    public async Task A_POST_that_is_held_back_holds_back_the_WebSocket_too_and_is_read_to_its_end_first()
    {
        await using var server = await StartAsync(movesClock: true, new EngineOptions { MaxMessagesPerSecond = 1, MessageBurst = 2 });
        await using var polling = await OpenAsync(server);
        var connection = await _connections.Next();
        await using var webSocket = await UpgradeAsync(server, polling);
        await webSocket.SendAsync("2probe");
        Assert.Equal("3probe", await webSocket.NextAsync());
        var post = polling.PostAsync("4first\u001e4second\u001e4third\u001e4fourth");
        Assert.Equal(["first", "second", "third"], await _messages.Take(3));
        await webSocket.SendAsync("5");
        connection.Send("upgraded");
        Assert.Equal("4upgraded", await webSocket.NextAsync());

        await webSocket.SendAsync("4by WebSocket");
        await using var other = await OpenAsync(server);
        await other.SendAsync("4marker");
        Assert.Equal("marker", await _messages.Next());
        server.Clock!.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("fourth", await _messages.Next());
        server.Clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("by WebSocket", await _messages.Next());
        Assert.Equal((HttpStatusCode.OK, "ok"), await post);
    }

    [Fact]
    public async Task A_second_upgrade_gets_its_WebSocket_closed_and_the_session_goes_on()
    {
        await using var server = await StartAsync();
        await using var polling = await OpenAsync(server);
        await using var first = await UpgradeAsync(server, polling);
        await first.SendAsync("2probe");
        Assert.Equal("3probe", await first.NextAsync());

        await using var second = await UpgradeAsync(server, polling);
        Assert.Null(await second.NextAsync());
        await first.SendAsync("5", "4upgraded");
        Assert.Equal("upgraded", await _messages.Next());
        await using var third = await UpgradeAsync(server, polling);
        Assert.Null(await third.NextAsync());

        await first.SendAsync("4alive");
        Assert.Equal("alive", await _messages.Next());
        Assert.True(_closes.IsEmpty);
    }

    [Theory]
    [InlineData("4hello")]
    [InlineData("2")]
    [InlineData("2prob")]
    [InlineData("3probe")]
    [InlineData("6")]
    [InlineData("abc")]
    [InlineData("")]
    [InlineData("bAQID")]
    public async Task A_wrong_first_frame_closes_only_the_new_WebSocket(string frame)
    {
        await using var server = await StartAsync();
        await using var polling = await OpenAsync(server);
        await using var webSocket = await UpgradeAsync(server, polling);

        await webSocket.SendAsync(frame);

        Assert.Null(await webSocket.NextAsync());
        await polling.SendAsync("4still by polling");
        Assert.Equal("still by polling", await _messages.Next());
        // And the next attempt is as good as the first.
        await using var again = await UpgradeAsync(server, polling);
        await again.SendAsync("2probe");
        Assert.Equal("3probe", await again.NextAsync());
        await again.SendAsync("5", "4upgraded");
        Assert.Equal("upgraded", await _messages.Next());
        Assert.True(_closes.IsEmpty);
    }

    [Fact]
    public async Task An_upgrade_without_probe_is_one()
    {
        await using var server = await StartAsync();
        await using var polling = await OpenAsync(server);
        var connection = await _connections.Next();
        connection.Send("waited");
        await using var webSocket = await UpgradeAsync(server, polling);

        await webSocket.SendAsync("5", "4hello");

        Assert.Equal("hello", await _messages.Next());
        Assert.Equal("4waited", await webSocket.NextAsync());
        Assert.Equal("websocket", connection.Transport);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_upgrade_that_takes_too_long_closes_only_the_new_WebSocket(bool isProbed)
    {
        await using var server = await StartAsync(movesClock: true);
        await using var polling = await OpenAsync(server);
        await using var webSocket = await UpgradeAsync(server, polling);
        if (isProbed)
        {
            await webSocket.SendAsync("2probe");
            Assert.Equal("3probe", await webSocket.NextAsync());
        }

        // Once more each 100 ms the server looks after the poll; it takes a few looks until the time is over.
        for (var i = 0; i < 110; i++)
        {
            server.Clock!.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Null(await webSocket.NextAsync());
        await polling.SendAsync("4still by polling");
        Assert.Equal("still by polling", await _messages.Next());
        Assert.True(_closes.IsEmpty);
    }

    [Fact]
    public async Task A_WebSocket_that_breaks_in_the_middle_of_an_upgrade_leaves_the_session_alone()
    {
        await using var server = await StartAsync();
        await using var polling = await OpenAsync(server);
        await using (var webSocket = await UpgradeAsync(server, polling))
        {
            await webSocket.SendAsync("2probe");
            Assert.Equal("3probe", await webSocket.NextAsync());
            await webSocket.BreakAsync();
        }

        await polling.SendAsync("4still by polling");
        Assert.Equal("still by polling", await _messages.Next());
        Assert.True(_closes.IsEmpty);
    }

    [Fact]
    public async Task Where_upgrades_are_off_the_new_WebSocket_is_closed()
    {
        await using var server = await StartAsync(options: new EngineOptions { AllowUpgrades = false });
        await using var polling = await OpenAsync(server);

        await using var webSocket = await UpgradeAsync(server, polling);

        Assert.Null(await webSocket.NextAsync());
        await polling.SendAsync("4fine");
        Assert.Equal("fine", await _messages.Next());
    }

    [Fact]
    public async Task A_close_of_the_session_closes_the_upgrade_that_is_under_way()
    {
        await using var server = await StartAsync();
        await using var polling = await OpenAsync(server);
        await using var webSocket = await UpgradeAsync(server, polling);
        await webSocket.SendAsync("2probe");
        Assert.Equal("3probe", await webSocket.NextAsync());

        (await _connections.Next()).Close();

        Assert.Equal(CloseReason.ForcedClose, await _closes.Next());
        Assert.Null(await webSocket.NextAsync());
        Assert.Empty(await polling.RestAsync());
    }

    private static Task<PollingLink> OpenAsync(TestServer server) => PollingLink.OpenAsync(server, path: "/engine.io/");

    private static Task<WebSocketLink> UpgradeAsync(TestServer server, PollingLink polling) =>
        WebSocketLink.ConnectAsync(server, $"EIO=4&transport=websocket&sid={polling.Sid}", "/engine.io/");

    private static async Task TakePollAsync(PollingLink polling, List<string> received)
    {
        var (status, body) = await polling.PollAsync();
        Assert.Equal(HttpStatusCode.OK, status);
        received.AddRange(body.Split('\x1e').Where(static packet => packet != "6"));
    }

    private Task<TestServer> StartAsync(bool movesClock = false, EngineOptions? options = null) => TestServer.StartAsync(
        movesClock: movesClock,
        map: app => app.MapEngineIO(
            "/engine.io/",
            connection =>
            {
                connection.MessageReceived += (_, message) => _messages.Add(message.Text);
                connection.Closed += (_, reason) => _closes.Add(reason);
                _connections.Add(connection);
            },
            options ?? new EngineOptions()));
}
