using System.Net;

namespace Fanfare.Chat.Tests;

/// <summary>What comes on <c>/events…</c>.</summary>
public sealed class StreamTests
{
    [Fact]
    public async Task A_stream_of_a_room_carries_its_events_and_is_no_visit()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        using var eve = await TestUser.RegisterAsync(server, "Eve");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await ann.AdmitAsync(room, bob);
        await using var annSocket = await ChatSocket.OpenInAsync(server, ann, room);
        await annSocket.AskAsync("message", new { roomId = room, content = "before" });
        await annSocket.NextAsync("message");

        // A stranger may read the public room.
        await using var stream = await EventStream.OpenAsync(server, eve, $"/events/rooms/{room}");
        await using var ofMember = await EventStream.OpenAsync(server, bob, $"/events/rooms/{room}");
        await annSocket.HearsNothingAsync();
        Assert.Equal(["Ann", "Bob"], (await ann.GetJsonAsync($"/api/rooms/{room}/members")).Texts("userName"));
        Assert.All((await ann.GetJsonAsync($"/api/rooms/{room}/members")).EnumerateArray(), member => Assert.Equal(member.Text("userId") == ann.Id, member.GetProperty("online").GetBoolean()));

        await using var bobSocket = await ChatSocket.OpenInAsync(server, bob, room);
        await stream.NextAsync("presence");
        var joined = await stream.NextAsync("user_joined");
        Assert.Equal((room, bob.Id, "Bob"), (joined.Text("roomId"), joined.Text("userId"), joined.Text("userName")));
        await bobSocket.AskAsync("typing_start", room);
        Assert.Equal(bob.Id, (await stream.NextAsync("user_typing")).Text("userId"));
        var ack = await bobSocket.AskAsync("message", new { roomId = room, content = "hi\r\n😀" });
        await stream.NextAsync("user_stopped_typing");
        Assert.Equal(ack.GetRawText(), (await stream.NextAsync("message")).GetRawText());
        Assert.NotNull(stream.LastId);

        // Others are connections of other users, streams too.
        await ofMember.NextAsync("presence");
        await ofMember.NextAsync("message");
        await bobSocket.AskAsync("leave_room", room);
        Assert.Equal(bob.Id, (await stream.NextAsync("user_left")).Text("userId"));
    }

    [Fact]
    public async Task Several_rooms_come_in_one_stream_and_one_forbidden_room_is_403()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var open = (await ann.MakeRoomAsync("Open")).Text("id")!;
        var closed = (await ann.MakeRoomAsync("Closed", isPrivate: true)).Text("id")!;
        await using var stream = await EventStream.OpenAsync(server, ann, $"/events/rooms/{open}?room={closed}");
        await ann.PostAsync($"/api/rooms/{open}/messages", new { content = "1" });
        await ann.PostAsync($"/api/rooms/{closed}/messages", new { content = "2" });
        Assert.Equal("1", (await stream.NextAsync("message")).Text("content"));
        Assert.Equal("2", (await stream.NextAsync("message")).Text("content"));

        await ann.InviteAsync(closed, bob);
        foreach (var path in new[] { closed, $"{open}?room={closed}", "unknown", $"user:{ann.Id}", $"user:{bob.Id}", $"user%3A{ann.Id}", "session:x", $"{open}?room=user%3A{ann.Id}", $"user-silent:{ann.Id}" })
        {
            await using var refused = await EventStream.OpenAsync(server, bob, $"/events/rooms/{path}");
            Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        }

        await using var foreign = await EventStream.OpenAsync(server, bob, $"/events/user/{ann.Id}");
        Assert.Equal(HttpStatusCode.Forbidden, foreign.Status);
    }

    [Fact]
    public async Task Personal_events_come_on_the_users_stream_and_nothing_of_rooms()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        await using var stream = await EventStream.OpenAsync(server, bob, "/events/user");
        await using var general = await EventStream.OpenAsync(server, bob, "/events");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;

        await ann.AdmitAsync(room, bob);
        Assert.Equal(room, (await stream.NextAsync("invited")).Text("roomId"));
        Assert.Equal(room, (await stream.NextAsync("room_added")).Text("id"));
        await ann.PostAsync($"/api/rooms/{room}/messages", new { content = "hi" });
        Assert.Equal(1, (await stream.NextAsync("unread")).Number("unread"));
        var newest = (await bob.GetJsonAsync($"/api/rooms/{room}/messages")).GetProperty("messages")[0].Text("id");
        await bob.PutAsync($"/api/rooms/{room}/read", new { messageId = newest });
        Assert.Equal(0, (await stream.NextAsync("unread")).Number("unread"));
        using var left = await bob.DeleteAsync($"/api/rooms/{room}/members/{bob.Id}");
        Assert.Equal(room, (await stream.NextAsync("removed")).Text("roomId"));

        Assert.Equal(room, (await general.NextAsync("room_created")).Text("id"));
        var second = await ann.MakeRoomAsync("More");
        Assert.Equal(second.GetRawText().Replace("\"owner\"", "null", StringComparison.Ordinal), (await general.NextAsync("room_created")).GetRawText());
    }

    [Fact]
    public async Task Who_reads_the_own_stream_is_online()
    {
        await using var server = await ChatServer.StartAsync("--Presence:OfflineDelayMs=0");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await ann.AdmitAsync(room, bob);
        await using var socket = await ChatSocket.OpenInAsync(server, ann, room);
        var stream = await EventStream.OpenAsync(server, bob, "/events/user");
        Assert.True((await socket.NextAsync("presence")).GetProperty("online").GetBoolean());
        await stream.DisposeAsync();
        Assert.False((await socket.NextAsync("presence")).GetProperty("online").GetBoolean());
    }

    [Fact]
    public async Task A_cursor_leads_from_wire_to_wire_and_loses_and_doubles_nothing()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await ann.AdmitAsync(room, bob);
        var path = $"/events/rooms/{room}";
        var stream = await EventStream.OpenAsync(server, bob, path);
        await PostAsync(1);
        await stream.NextAsync("message");
        await stream.DisposeAsync();
        await PostAsync(2);

        await using var plain = await PlainSocket.OpenAsync(server, bob);
        await plain.SendAsync(new { type = "join", room, since = stream.LastId });
        Assert.Equal("2", (await plain.NextAsync("message")).Text("content"));
        Assert.True((await plain.NextAsync("joined")).GetProperty("recovered").GetBoolean());
        var cursor = plain.Cursor;
        plain.Break();
        await PostAsync(3);

        await using var back = await EventStream.OpenAsync(server, bob, path, since: cursor);
        Assert.Equal("3", (await back.NextAsync("message")).Text("content"));
        await PostAsync(4);
        Assert.Equal("4", (await back.NextAsync("message")).Text("content"));
        await using var unknown = await EventStream.OpenAsync(server, bob, $"{path}?lastEventId=0-1");
        await unknown.NextAsync("reset");

        async Task PostAsync(int number) => Assert.Equal(HttpStatusCode.Created, (await ann.PostAsync($"/api/rooms/{room}/messages", new { content = $"{number}" })).StatusCode);
    }

    [Fact]
    public async Task The_streams_of_a_removed_member_end_at_once()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await ann.MakeRoomAsync("Tea", isPrivate: true)).Text("id")!;
        var other = (await ann.MakeRoomAsync("Other")).Text("id")!;
        await ann.AdmitAsync(room, bob);
        await using var stream = await EventStream.OpenAsync(server, bob, $"/events/rooms/{room}?room={other}");
        await using var ofOther = await EventStream.OpenAsync(server, bob, $"/events/rooms/{other}");
        await using var annStream = await EventStream.OpenAsync(server, ann, $"/events/rooms/{room}");

        using var removed = await ann.DeleteAsync($"/api/rooms/{room}/members/{bob.Id}");

        await stream.Ended;
        await ann.PostAsync($"/api/rooms/{room}/messages", new { content = "secret" });
        await annStream.NextAsync("message");
        await ann.PostAsync($"/api/rooms/{other}/messages", new { content = "open" });
        await ofOther.NextAsync("message");
        await using var again = await EventStream.OpenAsync(server, bob, $"/events/rooms/{room}", since: stream.LastId ?? "0-1");
        Assert.Equal(HttpStatusCode.Forbidden, again.Status);
    }
}
