using System.Net;

namespace Fanfare.Chat.Tests;

/// <summary>What comes on <c>/events…</c>.</summary>
public sealed class StreamTests(SharedServer shared) : RoomOfAnn(shared)
{
    [Fact]
    public async Task A_stream_of_a_room_carries_its_events_and_is_no_visit()
    {
        using var eve = await TestUser.RegisterAsync(Server, Unique("Eve"));
        await AdmitBobAsync();
        await using var annSocket = await ChatSocket.OpenInAsync(Server, Ann, Room);
        await annSocket.AskAsync("message", new { roomId = Room, content = "before" });
        await annSocket.NextAsync("message");

        // A stranger may read the public room.
        await using var stream = await EventStream.OpenAsync(Server, eve, $"/events/rooms/{Room}");
        await using var ofMember = await EventStream.OpenAsync(Server, Bob, $"/events/rooms/{Room}");
        await annSocket.HearsNothingAsync();
        Assert.Equal([Ann.Name, Bob.Name], (await Ann.GetJsonAsync($"/api/rooms/{Room}/members")).Texts("userName"));
        Assert.All((await Ann.GetJsonAsync($"/api/rooms/{Room}/members")).EnumerateArray(), member => Assert.Equal(member.Text("userId") == Ann.Id, member.GetProperty("online").GetBoolean()));

        await using var bobSocket = await ChatSocket.OpenInAsync(Server, Bob, Room);
        await stream.NextAsync("presence");
        var joined = await stream.NextAsync("user_joined");
        Assert.Equal((Room, Bob.Id, Bob.Name), (joined.Text("roomId"), joined.Text("userId"), joined.Text("userName")));
        await bobSocket.AskAsync("typing_start", Room);
        Assert.Equal(Bob.Id, (await stream.NextAsync("user_typing")).Text("userId"));
        var ack = await bobSocket.AskAsync("message", new { roomId = Room, content = "hi\r\n😀" });
        await stream.NextAsync("user_stopped_typing");
        Assert.Equal(ack.GetRawText(), (await stream.NextAsync("message")).GetRawText());
        Assert.NotNull(stream.LastId);

        // Others are connections of other users, streams too.
        await ofMember.NextAsync("presence");
        await ofMember.NextAsync("message");
        await bobSocket.AskAsync("leave_room", Room);
        Assert.Equal(Bob.Id, (await stream.NextAsync("user_left")).Text("userId"));
    }

    [Fact]
    public async Task Several_rooms_come_in_one_stream_and_one_forbidden_room_is_403()
    {
        var closed = (await Ann.MakeRoomAsync("Closed", isPrivate: true)).Text("id")!;
        await using var stream = await EventStream.OpenAsync(Server, Ann, $"/events/rooms/{Room}?room={closed}");
        await Ann.PostAsync($"/api/rooms/{Room}/messages", new { content = "1" });
        await Ann.PostAsync($"/api/rooms/{closed}/messages", new { content = "2" });
        Assert.Equal("1", (await stream.NextAsync("message")).Text("content"));
        Assert.Equal("2", (await stream.NextAsync("message")).Text("content"));

        await Ann.InviteAsync(closed, Bob);
        foreach (var path in new[] { closed, $"{Room}?room={closed}", "unknown", $"user:{Ann.Id}", $"user:{Bob.Id}", $"user%3A{Ann.Id}", "session:x", $"{Room}?room=user%3A{Ann.Id}", $"user-silent:{Ann.Id}" })
        {
            await using var refused = await EventStream.OpenAsync(Server, Bob, $"/events/rooms/{path}");
            Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        }

        await using var foreign = await EventStream.OpenAsync(Server, Bob, $"/events/user/{Ann.Id}");
        Assert.Equal(HttpStatusCode.Forbidden, foreign.Status);
    }

    [Fact]
    public async Task Personal_events_come_on_the_users_stream_and_nothing_of_rooms()
    {
        await using var stream = await EventStream.OpenAsync(Server, Bob, "/events/user");
        await using var general = await EventStream.OpenAsync(Server, Bob, "/events");
        var room = await MakeRoomAsync("Coffee");

        await Ann.AdmitAsync(room, Bob);
        Assert.Equal(room, (await stream.NextAsync("invited")).Text("roomId"));
        Assert.Equal(room, (await stream.NextAsync("room_added")).Text("id"));
        await Ann.PostAsync($"/api/rooms/{room}/messages", new { content = "hi" });
        await Server.SettleAsync();
        Assert.Equal(1, (await stream.NextAsync("unread")).Number("unread"));
        var newest = (await Bob.GetJsonAsync($"/api/rooms/{room}/messages")).GetProperty("messages")[0].Text("id");
        await Bob.PutAsync($"/api/rooms/{room}/read", new { messageId = newest });
        Assert.Equal(0, (await stream.NextAsync("unread")).Number("unread"));
        using var left = await Bob.DeleteAsync($"/api/rooms/{room}/members/{Bob.Id}");
        Assert.Equal(room, (await stream.NextAsync("removed")).Text("roomId"));

        Assert.Equal(room, (await general.NextAsync("room_created")).Text("id"));
        var second = await Ann.MakeRoomAsync(Unique("More"));
        Assert.Equal(second.GetRawText().Replace("\"owner\"", "null", StringComparison.Ordinal), (await general.NextAsync("room_created")).GetRawText());
    }

    [Fact]
    public async Task Who_reads_the_own_stream_is_online()
    {
        await AdmitBobAsync();
        await using var socket = await ChatSocket.OpenInAsync(Server, Ann, Room);
        await using var stream = await EventStream.OpenAsync(Server, Bob, "/events/user");
        Assert.True((await socket.NextAsync("presence")).GetProperty("online").GetBoolean());
        await Server.EndAsync(connection => connection.User.Id == Bob.Id, stream.DisposeAsync);
        await socket.HearsNothingAsync();
        Server.Clock.Advance(TimeSpan.FromSeconds(2.1));
        Assert.False((await socket.NextAsync("presence")).GetProperty("online").GetBoolean());
    }

    [Fact]
    public async Task A_cursor_leads_from_wire_to_wire_and_loses_and_doubles_nothing()
    {
        await AdmitBobAsync();
        var path = $"/events/rooms/{Room}";
        var stream = await EventStream.OpenAsync(Server, Bob, path);
        await PostAsync(1);
        await stream.NextAsync("message");
        await stream.DisposeAsync();
        await PostAsync(2);

        await using var plain = await PlainSocket.OpenAsync(Server, Bob);
        await plain.SendAsync(new { type = "join", room = Room, since = stream.LastId });
        Assert.Equal("2", (await plain.NextAsync("message")).Text("content"));
        Assert.True((await plain.NextAsync("joined")).GetProperty("recovered").GetBoolean());
        var cursor = plain.Cursor;
        await plain.BreakAsync();
        await PostAsync(3);

        await using var back = await EventStream.OpenAsync(Server, Bob, path, since: cursor);
        Assert.Equal("3", (await back.NextAsync("message")).Text("content"));
        await PostAsync(4);
        Assert.Equal("4", (await back.NextAsync("message")).Text("content"));
        await using var unknown = await EventStream.OpenAsync(Server, Bob, $"{path}?lastEventId=0-1");
        await unknown.NextAsync("reset");

        async Task PostAsync(int number) => Assert.Equal(HttpStatusCode.Created, (await Ann.PostAsync($"/api/rooms/{Room}/messages", new { content = $"{number}" })).StatusCode);
    }

    [Fact]
    public async Task The_streams_of_a_removed_member_end_at_once()
    {
        var room = (await Ann.MakeRoomAsync("Secret", isPrivate: true)).Text("id")!;
        await Ann.AdmitAsync(room, Bob);
        await using var stream = await EventStream.OpenAsync(Server, Bob, $"/events/rooms/{room}?room={Room}");
        await using var ofOther = await EventStream.OpenAsync(Server, Bob, $"/events/rooms/{Room}");
        await using var annStream = await EventStream.OpenAsync(Server, Ann, $"/events/rooms/{room}");

        using var removed = await Ann.DeleteAsync($"/api/rooms/{room}/members/{Bob.Id}");

        await stream.Ended;
        await Ann.PostAsync($"/api/rooms/{room}/messages", new { content = "secret" });
        await annStream.NextAsync("message");
        await Ann.PostAsync($"/api/rooms/{Room}/messages", new { content = "open" });
        await ofOther.NextAsync("message");
        await using var again = await EventStream.OpenAsync(Server, Bob, $"/events/rooms/{room}", since: stream.LastId ?? "0-1");
        Assert.Equal(HttpStatusCode.Forbidden, again.Status);
    }
}
