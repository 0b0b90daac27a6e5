namespace Fanfare.Chat.Tests;

/// <summary>Typing marks and presence, on a clock that the test moves.</summary>
public sealed class SocketPresenceTests(SharedServer shared) : RoomOfAnn(shared)
{
    [Fact]
    public async Task Others_hear_each_start_and_one_stop()
    {
        await AdmitBobAsync();
        await using var typist = await ChatSocket.OpenInAsync(Server, Bob, Room);
        await using var other = await ChatSocket.OpenInAsync(Server, Bob, Room);
        await using var listener = await ChatSocket.OpenInAsync(Server, Ann, Room);

        Assert.True((await typist.AskAsync("typing_stop", Room)).GetProperty("ok").GetBoolean());
        await listener.HearsNothingAsync();
        Assert.True((await typist.AskAsync("typing_start", Room)).GetProperty("ok").GetBoolean());
        await typist.AskAsync("typing_start", new { roomId = Room });
        await typist.AskAsync("typing_stop", Room);
        await typist.AskAsync("typing_stop", Room);

        for (var i = 0; i < 2; i++)
        {
            var typing = await listener.NextAsync("user_typing");
            Assert.Equal((Room, Bob.Id, Bob.Name), (typing.Text("roomId"), typing.Text("userId"), typing.Text("userName")));
        }

        var stopped = await listener.NextAsync("user_stopped_typing");
        Assert.Equal((Room, Bob.Id), (stopped.Text("roomId"), stopped.Text("userId")));
        await listener.HearsNothingAsync();
        Assert.Equal(["presence", "user_joined"], (await other.DrainAsync()).Select(heard => heard.Name));
    }

    [Fact]
    public async Task A_mark_ends_by_itself_5_seconds_after_the_last_start()
    {
        await AdmitBobAsync();
        await using var typist = await ChatSocket.OpenInAsync(Server, Bob, Room);
        await using var listener = await ChatSocket.OpenInAsync(Server, Ann, Room);
        await typist.AskAsync("typing_start", Room);
        await listener.NextAsync("user_typing");

        Server.Clock.Advance(TimeSpan.FromSeconds(4));
        await typist.AskAsync("typing_start", Room);
        await listener.NextAsync("user_typing");
        Server.Clock.Advance(TimeSpan.FromSeconds(4.9));
        await listener.HearsNothingAsync();
        Server.Clock.Advance(TimeSpan.FromSeconds(0.2));
        await listener.NextAsync("user_stopped_typing");
        await listener.HearsNothingAsync();
    }

    [Fact]
    public async Task A_message_leaving_and_the_end_of_the_connection_end_the_mark()
    {
        await AdmitBobAsync();
        await using var typist = await ChatSocket.OpenInAsync(Server, Bob, Room);
        await using var stays = await ChatSocket.OpenInAsync(Server, Bob, Room);
        await using var listener = await ChatSocket.OpenInAsync(Server, Ann, Room);

        await typist.AskAsync("typing_start", Room);
        await listener.NextAsync("user_typing");
        await stays.AskAsync("message", new { roomId = Room, content = "hi" });
        await listener.NextAsync("user_stopped_typing");
        await listener.NextAsync("message");

        await typist.AskAsync("typing_start", Room);
        await listener.NextAsync("user_typing");
        await stays.AskAsync("leave_room", Room);
        await listener.HearsNothingAsync();
        await stays.AskAsync("join_room", Room);
        await typist.AskAsync("leave_room", Room);
        await listener.NextAsync("user_stopped_typing");

        await typist.AskAsync("join_room", Room);
        await typist.AskAsync("typing_start", Room);
        await listener.NextAsync("user_typing");
        await typist.BreakAsync();
        await listener.NextAsync("user_stopped_typing");
        await listener.HearsNothingAsync();
    }

    [Fact]
    public async Task A_user_is_online_from_the_first_connection_until_the_last_was_gone_for_a_while()
    {
        await AdmitBobAsync();
        await using var listener = await ChatSocket.OpenInAsync(Server, Ann, Room);
        await using var outside = await ChatSocket.OpenAsync(Server, Ann);
        await using var first = await ChatSocket.OpenAsync(Server, Bob);
        var presence = await listener.NextAsync("presence");
        Assert.Equal((Bob.Id, Bob.Name, true), (presence.Text("userId"), presence.Text("userName"), presence.GetProperty("online").GetBoolean()));
        await using var second = await ChatSocket.OpenAsync(Server, Bob);
        await second.AskAsync("join_room", Room);
        await listener.NextAsync("user_joined");
        Assert.Equal([Ann.Name, Bob.Name], await OnlineAsync());

        await first.BreakAsync();
        await second.BreakAsync();
        await listener.NextAsync("user_left");
        Server.Clock.Advance(TimeSpan.FromSeconds(1.9));
        await listener.HearsNothingAsync();
        await using var returned = await ChatSocket.OpenAsync(Server, Bob);
        Server.Clock.Advance(TimeSpan.FromSeconds(10));
        await listener.HearsNothingAsync();
        Assert.Equal([Ann.Name, Bob.Name], await OnlineAsync());

        await returned.AskAsync("join_room", Room);
        await listener.NextAsync("user_joined");
        await returned.BreakAsync();
        await listener.NextAsync("user_left");
        Server.Clock.Advance(TimeSpan.FromSeconds(2.1));
        Assert.False((await listener.NextAsync("presence")).GetProperty("online").GetBoolean());
        Assert.Equal([Ann.Name], await OnlineAsync());
        await outside.HearsNothingAsync();
    }

    private async Task<List<string?>> OnlineAsync() =>
        [.. (await Ann.GetJsonAsync($"/api/rooms/{Room}/members")).EnumerateArray().Where(member => member.GetProperty("online").GetBoolean()).Select(member => member.Text("userName"))];
}
