using System.Text.Json;

namespace Fanfare.Chat.Tests;

/// <summary>Rooms at <c>/ws</c>: joins, history, every request, and what all wires hear of each other.</summary>
public sealed class PlainRoomTests(SharedServer shared) : RoomOfAnn(shared)
{
    [Fact]
    public async Task A_stranger_who_joins_a_public_room_becomes_a_member_and_sees_the_history_before_the_answer()
    {
        await using var socket = await ChatSocket.OpenInAsync(Server, Ann, Room);
        var message = await socket.AskAsync("message", new { roomId = Room, content = "hi" });
        await socket.NextAsync("message");
        await using var plain = await PlainSocket.OpenAsync(Server, Bob);

        await plain.SendAsync(new { type = "join", room = Room, @ref = "j" });

        Assert.Equal((Room, "member"), (await plain.NextAsync("room_added")) is var added ? (added.Text("id"), added.Text("role")) : default);
        var history = await plain.NextAsync("room_history");
        Assert.Equal(Room, history.Text("roomId"));
        Assert.True(JsonElement.DeepEquals(message, Assert.Single(history.GetProperty("messages").EnumerateArray())));
        var joined = await plain.NextAsync("joined");
        Assert.Equal((Room, "j"), (joined.Text("room"), joined.Text("ref")));
        Assert.False(joined.Has("recovered"));
        var told = await socket.NextAsync("user_joined");
        Assert.Equal((Room, Bob.Id, Bob.Name), (told.Text("roomId"), told.Text("userId"), told.Text("userName")));

        // Again: history, and nobody is told.
        await plain.SendAsync(new { type = "join", room = Room });
        await plain.NextAsync("room_history");
        await plain.NextAsync("joined");
        await plain.HearsNothingAsync();
        await socket.HearsNothingAsync();
    }

    [Fact]
    public async Task A_join_since_a_cursor_shows_what_was_missed_and_no_history()
    {
        await AdmitBobAsync();
        await using var writer = await ChatSocket.OpenInAsync(Server, Ann, Room);
        await using var lost = await PlainSocket.OpenInAsync(Server, Bob, Room);
        await writer.AskAsync("message", new { roomId = Room, content = "1" });
        await lost.NextAsync("message");
        await lost.BreakAsync();
        await writer.AskAsync("message", new { roomId = Room, content = "2" });

        await using var returned = await PlainSocket.OpenAsync(Server, Bob);
        await returned.SendAsync(new { type = "join", room = Room, since = lost.Cursor });
        Assert.Equal("2", (await returned.NextAsync("message")).Text("content"));
        Assert.True((await returned.NextAsync("joined")).GetProperty("recovered").GetBoolean());

        await returned.SendAsync(new { type = "leave", room = Room });
        await returned.NextAsync("left");
        await returned.SendAsync(new { type = "join", room = Room, since = "0-1" });
        Assert.Equal(["1", "2"], (await returned.NextAsync("room_history")).GetProperty("messages").Texts("content"));
        Assert.False((await returned.NextAsync("joined")).GetProperty("recovered").GetBoolean());
    }

    [Fact]
    public async Task Each_message_is_in_the_history_or_comes_later_never_both_never_neither()
    {
        await AdmitBobAsync();
        await using var writer = await ChatSocket.OpenInAsync(Server, Ann, Room);
        const int Count = 40;
        var readers = new List<PlainSocket>();
        for (var i = 0; i < Count; i++)
        {
            readers.Add(await PlainSocket.OpenAsync(Server, Bob));
        }

        // Each message meets a join on its way.
        for (var i = 0; i < Count; i++)
        {
            var write = await writer.BeginAskAsync("message", new { roomId = Room, content = $"{i}" });
            await readers[i].SendAsync(new { type = "join", room = Room });
            await write;
        }

        foreach (var reader in readers)
        {
            var next = -1;
            foreach (var frame in await reader.DrainAsync())
            {
                if (frame.Text("type") == "room_history")
                {
                    next = frame.GetProperty("messages").GetArrayLength();
                    Assert.Equal(Enumerable.Range(0, next).Select(i => $"{i}"), frame.GetProperty("messages").Texts("content"));
                }
                else if (frame.Text("type") == "message")
                {
                    Assert.Equal($"{next++}", frame.Text("content"));
                }
            }

            Assert.Equal(Count, next);
            await reader.DisposeAsync();
        }
    }

    [Fact]
    public async Task Every_request_works_as_a_frame_and_is_acked_in_data()
    {
        await AdmitBobAsync();
        await using var socket = await ChatSocket.OpenInAsync(Server, Ann, Room);
        await using var plain = await PlainSocket.OpenInAsync(Server, Bob, Room);
        await socket.NextAsync("presence");
        await socket.NextAsync("user_joined");

        Assert.True((await plain.AskAsync("typing_start", $"\"room\":\"{Room}\"")).GetProperty("ok").GetBoolean());
        Assert.Equal((Room, Bob.Id, Bob.Name), (await socket.NextAsync("user_typing")) is var typing ? (typing.Text("roomId"), typing.Text("userId"), typing.Text("userName")) : default);
        Assert.True((await plain.AskAsync("typing_stop", $"\"args\":[\"{Room}\"]")).GetProperty("ok").GetBoolean());
        await socket.NextAsync("user_stopped_typing");

        var before = new List<JsonElement>();
        var ack = await plain.AskAsync("message", $"\"room\":\"{Room}\",\"content\":\"hi\",\"clientId\":\"c-1\"", before);
        Assert.Equal((Room, Bob.Id, "hi", "c-1"), (ack.Text("roomId"), ack.Text("userId"), ack.Text("content"), ack.Text("clientId")));
        Assert.Equal(ack.GetRawText(), (await socket.NextAsync("message")).GetRawText());

        // Told to the room first, the sender too, flat beside type, room and cursor.
        var told = Assert.Single(before);
        Assert.Equal(("message", Room, ack.Text("id")), (told.Text("type"), told.Text("room"), told.Text("id")));
        Assert.NotEmpty(told.Text("cursor")!);
        Assert.Equal(ack.GetRawText(), (await plain.AskAsync("message", $"\"roomId\":\"{Room}\",\"content\":\"again\",\"clientId\":\"c-1\"")).GetRawText());

        var mark = await plain.AskAsync("mark_read", $"\"room\":\"{Room}\",\"messageId\":\"{ack.Text("id")}\"");
        Assert.Equal((true, 0), (mark.GetProperty("ok").GetBoolean(), mark.Number("unread")));
        Assert.True((await plain.AskAsync("leave_room", $"\"room\":\"{Room}\"")).GetProperty("ok").GetBoolean());
        Assert.Equal(Bob.Id, (await socket.NextAsync("user_left")).Text("userId"));
        before.Clear();
        Assert.True((await plain.AskAsync("join_room", $"\"room\":\"{Room}\"", before)).GetProperty("ok").GetBoolean());
        Assert.Contains(before, frame => frame.Text("type") == "room_history");
    }

    [Theory]
    [InlineData("message", "\"room\":\"{room}\",\"content\":\"\"", "Message is empty")]
    [InlineData("message", "\"room\":\"{room}\",\"content\":5", "Invalid request")]
    [InlineData("message", "\"room\":\"{room}\",\"content\":\"a\\ud800\"", "Invalid request")]
    [InlineData("message", "\"room\":\"{room}\",\"content\":\"a\",\"clientId\":\"\\udc00\"", "Invalid request")]
    [InlineData("mark_read", "\"args\":[{\"roomId\":\"{room}\",\"messageId\":\"\\ud800\"}]", "Invalid request")]
    [InlineData("message", "\"content\":\"a\"", "Invalid request")]
    [InlineData("message", "\"args\":[]", "Invalid request")]
    [InlineData("message", "\"room\":\"unknown\",\"content\":\"a\"", "Access denied")]
    [InlineData("mark_read", "\"room\":\"{room}\",\"messageId\":\"unknown\"", "Unknown message")]
    [InlineData("typing_start", "\"room\":\"user:{ann}\"", "Access denied")]
    [InlineData("typing_start", "\"room\":5", "Invalid request")]
    public async Task A_refusal_is_acked_and_comes_as_an_event(string type, string members, string refusal)
    {
        await using var plain = await PlainSocket.OpenInAsync(Server, Ann, Room);
        members = members.Replace("{room}", Room, StringComparison.Ordinal).Replace("{ann}", Ann.Id, StringComparison.Ordinal);
        var before = new List<JsonElement>();

        Assert.Equal($$"""{"error":"{{refusal}}"}""", (await plain.AskAsync(type, members, before)).GetRawText());
        Assert.Equal($$$"""{"type":"event","event":"error","args":[{"message":"{{{refusal}}}"}]}""", Assert.Single(before).GetRawText());
        await plain.SendTextAsync($$"""{"type":"{{type}}",{{members}}}""");
        Assert.Equal("error", (await plain.NextAsync("event")).Text("event"));
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("user:{ann}")]
    [InlineData("user:{bob}")]
    [InlineData("session:x")]
    [InlineData("{socket}")]
    [InlineData("{private}")]
    public async Task No_frame_reaches_a_room_that_is_none_of_the_callers(string template)
    {
        var secret = (await Bob.MakeRoomAsync("Secret", isPrivate: true)).Text("id")!;
        await Bob.InviteAsync(secret, Ann);
        await using var bobSocket = await ChatSocket.OpenInAsync(Server, Bob, secret);
        await using var plain = await PlainSocket.OpenAsync(Server, Ann);
        var room = template.Replace("{ann}", Ann.Id, StringComparison.Ordinal).Replace("{bob}", Bob.Id, StringComparison.Ordinal)
            .Replace("{socket}", bobSocket.Answer.Text("sid"), StringComparison.Ordinal).Replace("{private}", secret, StringComparison.Ordinal);

        foreach (var type in new[] { "join", "leave" })
        {
            await plain.SendAsync(new { type, room, since = "0-1" });
            Assert.Equal((room, "forbidden"), (await plain.NextAsync("error")) is var error ? (error.Text("room"), error.Text("code")) : default);
        }

        foreach (var type in new[] { "join_room", "leave_room", "message", "typing_start", "typing_stop", "mark_read" })
        {
            Assert.Equal("Access denied", (await plain.AskAsync(type, $"\"room\":\"{room}\",\"content\":\"a\",\"messageId\":\"a\"")).Text("error"));
        }

        await bobSocket.HearsNothingAsync();
    }

    [Fact]
    public async Task Of_several_rooms_those_that_are_open_are_joined_each_with_its_history()
    {
        var first = await MakeRoomAsync("1");
        var second = await MakeRoomAsync("2");
        var secret = (await Ann.MakeRoomAsync("3", isPrivate: true)).Text("id")!;
        await using var plain = await PlainSocket.OpenAsync(Server, Bob);

        await plain.SendAsync(new { type = "join", rooms = new[] { first, secret, second }, @ref = 1 });

        Assert.Equal(secret, (await plain.NextAsync("error")).Text("room"));
        var frames = await plain.DrainAsync();
        Assert.Equal(["room_added", "room_added", "room_history", "room_history", "joined", "joined"], frames.Select(frame => frame.Text("type")));
        Assert.Equal([first, second], frames.Where(frame => frame.Text("type") == "joined").Select(frame => frame.Text("room")));
    }

    [Fact]
    public async Task The_129th_room_is_too_many_and_makes_no_member()
    {
        var rooms = new List<string>();
        for (var i = 0; i < 129; i++)
        {
            rooms.Add(await MakeRoomAsync($"{i}"));
        }

        await using var plain = await PlainSocket.OpenAsync(Server, Bob);
        await plain.SendAsync(new { type = "join", rooms });
        Assert.Equal((rooms[128], "too_many"), (await plain.SkipToAsync("error")) is var error ? (error.Text("room"), error.Text("code")) : default);
        Assert.Equal(JsonValueKind.Null, (await Bob.GetJsonAsync($"/api/rooms/{rooms[128]}")).GetProperty("role").ValueKind);
        Assert.Equal("Too many rooms", (await plain.AskAsync("join_room", $"\"room\":\"{rooms[128]}\"")).Text("error"));
        await plain.SendAsync(new { type = "leave", room = rooms[0] });
        await plain.SkipToAsync("left");
        await plain.SendAsync(new { type = "join", room = rooms[128] });
        Assert.Equal(rooms[128], (await plain.SkipToAsync("joined")).Text("room"));
    }

    [Fact]
    public async Task A_removed_member_is_out_of_the_room_at_once()
    {
        var room = (await Ann.MakeRoomAsync("Secret", isPrivate: true)).Text("id")!;
        await Ann.AdmitAsync(room, Bob);
        await using var annSocket = await ChatSocket.OpenInAsync(Server, Ann, room);
        await using var plain = await PlainSocket.OpenInAsync(Server, Bob, room);
        await annSocket.NextAsync("presence");
        await annSocket.NextAsync("user_joined");

        using var removed = await Ann.DeleteAsync($"/api/rooms/{room}/members/{Bob.Id}");

        Assert.Equal(room, (await plain.NextAsync("removed")).Text("roomId"));
        Assert.Equal(Bob.Id, (await annSocket.NextAsync("user_left")).Text("userId"));
        await annSocket.AskAsync("message", new { roomId = room, content = "secret" });
        await plain.HearsNothingAsync();
        await plain.SendAsync(new { type = "join", room, since = plain.Cursor });
        Assert.Equal("forbidden", (await plain.NextAsync("error")).Text("code"));
    }

    [Fact]
    public async Task Personal_events_come_as_frames()
    {
        await using var plain = await PlainSocket.OpenAsync(Server, Bob);
        var room = await MakeRoomAsync("Coffee");
        Assert.Equal(room, (await plain.NextAsync("room_created")).Text("id"));
        await Ann.AdmitAsync(room, Bob);
        Assert.Equal(room, (await plain.NextAsync("invited")).Text("roomId"));
        Assert.Equal(room, (await plain.NextAsync("room_added")).Text("id"));
        await using var socket = await ChatSocket.OpenInAsync(Server, Ann, room);
        await socket.AskAsync("message", new { roomId = room, content = "hi" });
        await Server.SettleAsync();
        Assert.Equal(1, (await plain.NextAsync("unread")).Number("unread"));
    }
}
