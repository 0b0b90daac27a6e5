using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Fanfare.Chat.Tests;

/// <summary>Typing marks and presence, on a clock that the test moves.</summary>
public sealed class SocketPresenceTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow.AddSeconds(Random.Shared.Next(1_000_000)));
    private ChatServer _server = null!;
    private TestUser _ann = null!;
    private TestUser _bob = null!;
    private string _room = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ChatServer.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(_clock));
        _ann = await TestUser.RegisterAsync(_server, "Ann");
        _bob = await TestUser.RegisterAsync(_server, "Bob");
        _room = (await _ann.MakeRoomAsync("Tea")).Text("id")!;
        await _ann.AdmitAsync(_room, _bob);
    }

    public async ValueTask DisposeAsync()
    {
        _ann.Dispose();
        _bob.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Others_hear_each_start_and_one_stop()
    {
        await using var typist = await ChatSocket.OpenInAsync(_server, _bob, _room);
        await using var other = await ChatSocket.OpenInAsync(_server, _bob, _room);
        await using var listener = await ListenAsync();

        Assert.True((await typist.AskAsync("typing_stop", _room)).GetProperty("ok").GetBoolean());
        await listener.HearsNothingAsync();
        Assert.True((await typist.AskAsync("typing_start", _room)).GetProperty("ok").GetBoolean());
        await typist.AskAsync("typing_start", new { roomId = _room });
        await typist.AskAsync("typing_stop", _room);
        await typist.AskAsync("typing_stop", _room);

        for (var i = 0; i < 2; i++)
        {
            var typing = await listener.NextAsync("user_typing");
            Assert.Equal((_room, _bob.Id, "Bob"), (typing.Text("roomId"), typing.Text("userId"), typing.Text("userName")));
        }

        var stopped = await listener.NextAsync("user_stopped_typing");
        Assert.Equal((_room, _bob.Id), (stopped.Text("roomId"), stopped.Text("userId")));
        await listener.HearsNothingAsync();
        Assert.DoesNotContain(await other.DrainAsync(), heard => heard.Name.Contains("typing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mark_ends_by_itself_5_seconds_after_the_last_start()
    {
        await using var typist = await ChatSocket.OpenInAsync(_server, _bob, _room);
        await using var listener = await ListenAsync();
        await typist.AskAsync("typing_start", _room);
        await listener.NextAsync("user_typing");

        _clock.Advance(TimeSpan.FromSeconds(4));
        await typist.AskAsync("typing_start", _room);
        await listener.NextAsync("user_typing");
        _clock.Advance(TimeSpan.FromSeconds(4.9));
        await listener.HearsNothingAsync();
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        await listener.NextAsync("user_stopped_typing");
        await listener.HearsNothingAsync();
    }

    [Fact]
    public async Task A_message_leaving_and_the_end_of_the_connection_end_the_mark()
    {
        await using var typist = await ChatSocket.OpenInAsync(_server, _bob, _room);
        await using var stays = await ChatSocket.OpenInAsync(_server, _bob, _room);
        await using var listener = await ListenAsync();

        await typist.AskAsync("typing_start", _room);
        await listener.NextAsync("user_typing");
        await stays.AskAsync("message", new { roomId = _room, content = "hi" });
        await listener.NextAsync("user_stopped_typing");
        await listener.NextAsync("message");

        await typist.AskAsync("typing_start", _room);
        await listener.NextAsync("user_typing");
        await stays.AskAsync("leave_room", _room);
        await listener.HearsNothingAsync();
        await stays.AskAsync("join_room", _room);
        await typist.AskAsync("leave_room", _room);
        await listener.NextAsync("user_stopped_typing");

        await typist.AskAsync("join_room", _room);
        await typist.AskAsync("typing_start", _room);
        await listener.NextAsync("user_typing");
        typist.Break();
        await listener.NextAsync("user_stopped_typing");
        await listener.HearsNothingAsync();
    }

    [Fact]
    public async Task A_user_is_online_from_the_first_connection_until_the_last_was_gone_for_a_while()
    {
        await using var listener = await ChatSocket.OpenInAsync(_server, _ann, _room);
        await using var outside = await ChatSocket.OpenAsync(_server, _ann);
        await using var first = await ChatSocket.OpenAsync(_server, _bob);
        var presence = await listener.NextAsync("presence");
        Assert.Equal((_bob.Id, "Bob", true), (presence.Text("userId"), presence.Text("userName"), presence.GetProperty("online").GetBoolean()));
        await using var second = await ChatSocket.OpenAsync(_server, _bob);
        await second.AskAsync("join_room", _room);
        await listener.NextAsync("user_joined");
        Assert.Equal(["Ann", "Bob"], await OnlineAsync());

        first.Break();
        second.Break();
        await listener.NextAsync("user_left");
        _clock.Advance(TimeSpan.FromSeconds(1.9));
        await listener.HearsNothingAsync();
        await using var returned = await ChatSocket.OpenAsync(_server, _bob);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await listener.HearsNothingAsync();
        Assert.Equal(["Ann", "Bob"], await OnlineAsync());

        await returned.AskAsync("join_room", _room);
        await listener.NextAsync("user_joined");
        returned.Break();
        await listener.NextAsync("user_left");
        _clock.Advance(TimeSpan.FromSeconds(2.1));
        Assert.False((await listener.NextAsync("presence")).GetProperty("online").GetBoolean());
        Assert.Equal(["Ann"], await OnlineAsync());
        Assert.DoesNotContain(await outside.DrainAsync(), heard => heard.Name == "presence");
    }

    // Ann listens in the room; what her coming caused is behind her.
    private async Task<ChatSocket> ListenAsync()
    {
        var listener = await ChatSocket.OpenInAsync(_server, _ann, _room);
        await listener.DrainAsync();
        return listener;
    }

    private async Task<List<string?>> OnlineAsync() =>
        [.. (await _ann.GetJsonAsync($"/api/rooms/{_room}/members")).EnumerateArray().Where(member => member.GetProperty("online").GetBoolean()).Select(member => member.Text("userName"))];
}
