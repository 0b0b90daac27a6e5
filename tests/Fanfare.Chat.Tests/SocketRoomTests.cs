using System.Text.Json;

namespace Fanfare.Chat.Tests;

public sealed class SocketRoomTests(SharedServer shared) : RoomOfAnn(shared)
{
    [Fact]
    public async Task A_stranger_who_joins_a_public_room_becomes_a_member_and_sees_the_history()
    {
        await using var annSocket = await ChatSocket.OpenInAsync(Server, Ann, Room);
        var message = await annSocket.AskAsync("message", new { roomId = Room, content = "hi" });
        await annSocket.NextAsync("message");
        await using var bobSocket = await ChatSocket.OpenAsync(Server, Bob);

        var ack = await bobSocket.AskAsync("join_room", Room);

        Assert.True(ack.GetProperty("ok").GetBoolean());
        var added = await bobSocket.NextAsync("room_added");
        Assert.Equal((Room, "member", 0, message.Text("id")), (added.Text("id"), added.Text("role"), added.Number("unread"), added.Text("lastReadId")));
        var history = await bobSocket.NextAsync("room_history");
        Assert.Equal(Room, history.Text("roomId"));
        Assert.Equal(message.GetRawText(), Assert.Single(history.GetProperty("messages").EnumerateArray()).GetRawText());

        // Bob came as a stranger, so nobody in the room was told of his presence.
        var joined = await annSocket.NextAsync("user_joined");
        Assert.Equal((Room, Bob.Id, Bob.Name), (joined.Text("roomId"), joined.Text("userId"), joined.Text("userName")));
        Assert.Equal([Ann.Name, Bob.Name], (await Ann.GetJsonAsync($"/api/rooms/{Room}/members")).Texts("userName"));

        // Again: history, and nobody is told.
        await bobSocket.AskAsync("join_room", new { roomId = Room });
        await bobSocket.NextAsync("room_history");
        await bobSocket.AskAsync("join_room", new { room = Room });
        await bobSocket.NextAsync("room_history");
        await bobSocket.HearsNothingAsync();
        await annSocket.HearsNothingAsync();
    }

    [Fact]
    public async Task The_history_is_the_newest_50_oldest_first()
    {
        await using var writer = await ChatSocket.OpenInAsync(Server, Ann, Room);
        for (var i = 0; i < 60; i++)
        {
            await writer.AskAsync("message", new { roomId = Room, content = $"{i}" });
        }

        await using var reader = await ChatSocket.OpenAsync(Server, Ann);
        await reader.AskAsync("join_room", Room);
        var history = await reader.NextAsync("room_history");
        Assert.Equal(Enumerable.Range(10, 50).Select(i => $"{i}"), history.GetProperty("messages").Texts("content"));
    }

    [Fact]
    public async Task Each_message_is_in_the_history_or_comes_later_never_both_never_neither()
    {
        await AdmitBobAsync();
        await using var writer = await ChatSocket.OpenInAsync(Server, Ann, Room);
        const int Count = 50;
        var readers = new List<ChatSocket>();
        for (var i = 0; i < Count; i++)
        {
            readers.Add(await ChatSocket.OpenAsync(Server, Bob));
        }

        // Each message meets a join on its way.
        for (var i = 0; i < Count; i++)
        {
            var write = await writer.BeginAskAsync("message", new { roomId = Room, content = $"{i}" });
            var join = await readers[i].BeginAskAsync("join_room", Room);
            await Task.WhenAll(write, join);
        }

        foreach (var reader in readers)
        {
            // The history first, then what follows it without a gap.
            var next = -1;
            foreach (var heard in await reader.DrainAsync())
            {
                if (heard.Name == "room_history")
                {
                    next = heard.Argument.GetProperty("messages").GetArrayLength();
                    Assert.Equal(Enumerable.Range(0, next).Select(i => $"{i}"), heard.Argument.GetProperty("messages").Texts("content"));
                }
                else if (heard.Name == "message")
                {
                    Assert.Equal($"{next++}", heard.Argument.Text("content"));
                }
            }

            Assert.Equal(Count, next);
            await reader.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("user:{ann}")]
    [InlineData("user:{bob}")]
    [InlineData("session:{sid}")]
    [InlineData("{socket}")]
    [InlineData("")]
    [InlineData("/chat")]
    [InlineData("ｕｓｅｒ:{ann}")]
    [InlineData("{private}")]
    public async Task No_request_reaches_a_room_that_is_none_of_the_callers(string template)
    {
        await using var annSocket = await ChatSocket.OpenAsync(Server, Ann);
        await using var bobSocket = await ChatSocket.OpenAsync(Server, Bob);
        var secret = (await Bob.MakeRoomAsync("Secret", isPrivate: true)).Text("id")!;
        await bobSocket.NextAsync("room_added");
        var claims = JsonElement.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(Ann.AccessToken.Split('.')[1]));
        var room = template.Replace("{ann}", Ann.Id, StringComparison.Ordinal).Replace("{bob}", Bob.Id, StringComparison.Ordinal)
            .Replace("{sid}", claims.Text("sid"), StringComparison.Ordinal).Replace("{socket}", annSocket.Answer.Text("sid"), StringComparison.Ordinal)
            .Replace("{private}", secret, StringComparison.Ordinal);

        foreach (var (@event, argument) in Requests(room))
        {
            var ack = await annSocket.AskAsync(@event, argument);
            Assert.Equal("Access denied", ack.Text("error"));
            Assert.Single(ack.EnumerateObject());
            Assert.Equal("Access denied", (await annSocket.NextAsync("error")).Text("message"));
        }

        await bobSocket.HearsNothingAsync();
    }

    [Fact]
    public async Task Members_who_have_not_joined_are_refused_too()
    {
        await using var socket = await ChatSocket.OpenAsync(Server, Ann);
        foreach (var (@event, argument) in Requests(Room).Where(request => request.Event != "join_room"))
        {
            Assert.Equal("Access denied", (await socket.AskAsync(@event, argument)).Text("error"));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("5")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"roomId":5,"content":"a","messageId":"a"}""")]
    [InlineData("""{"roomId":null,"content":"a","messageId":"a"}""")]
    [InlineData("true")]
    public async Task A_wrong_argument_is_refused_and_the_connection_lives(string arguments)
    {
        await using var socket = await ChatSocket.OpenAsync(Server, Ann);
        foreach (var @event in new[] { "join_room", "leave_room", "message", "typing_start", "typing_stop", "mark_read", "refresh" })
        {
            Assert.Equal("Invalid request", (await socket.AskRawAsync(@event, arguments)).Text("error"));
            Assert.Equal("Invalid request", (await socket.NextAsync("error")).Text("message"));
            await socket.EmitRawAsync(@event, arguments);
            Assert.Equal("Invalid request", (await socket.NextAsync("error")).Text("message"));
        }

        await socket.HearsNothingAsync();
    }

    [Fact]
    public async Task A_user_comes_with_the_first_connection_and_goes_with_the_last()
    {
        await AdmitBobAsync();
        await using var listener = await ChatSocket.OpenInAsync(Server, Ann, Room);
        await using var other = await ChatSocket.OpenInAsync(Server, Ann, Room);
        await using var first = await ChatSocket.OpenInAsync(Server, Bob, Room);
        await using var second = await ChatSocket.OpenInAsync(Server, Bob, Room);
        await listener.NextAsync("presence");
        Assert.Equal(Bob.Id, (await listener.NextAsync("user_joined")).Text("userId"));

        Assert.True((await first.AskAsync("leave_room", Room)).GetProperty("ok").GetBoolean());
        await listener.HearsNothingAsync();
        await second.BreakAsync();
        var left = await listener.NextAsync("user_left");
        Assert.Equal((Room, Bob.Id, Bob.Name), (left.Text("roomId"), left.Text("userId"), left.Text("userName")));
        Assert.Equal("Access denied", (await first.AskAsync("leave_room", Room)).Text("error"));

        // Ann's own connections are not told of Ann.
        Assert.Equal([("presence", Bob.Id), ("user_joined", Bob.Id), ("user_left", Bob.Id)], (await other.DrainAsync()).Select(heard => (heard.Name, heard.Argument.Text("userId")!)));
    }

    [Fact]
    public async Task Leaving_does_not_end_the_membership()
    {
        await using var socket = await ChatSocket.OpenAsync(Server, Bob);
        await socket.AskAsync("join_room", Room);
        await socket.AskAsync("leave_room", Room);
        Assert.Equal("member", (await Bob.GetJsonAsync($"/api/rooms/{Room}")).Text("role"));
    }

    [Fact]
    public async Task A_connection_may_be_in_128_rooms()
    {
        await using var socket = await ChatSocket.OpenAsync(Server, Ann);
        var rooms = new List<string>();
        for (var i = 0; i < 129; i++)
        {
            rooms.Add((await Ann.MakeRoomAsync($"{i}", isPrivate: true)).Text("id")!);
        }

        foreach (var room in rooms.Take(128))
        {
            Assert.True((await socket.AskAsync("join_room", room)).Has("ok"));
        }

        Assert.Equal("Too many rooms", (await socket.AskAsync("join_room", rooms[128])).Text("error"));
        Assert.True((await socket.AskAsync("join_room", rooms[0])).Has("ok"));
        await socket.AskAsync("leave_room", rooms[0]);
        Assert.True((await socket.AskAsync("join_room", rooms[128])).Has("ok"));
    }

    [Fact]
    public async Task A_removed_member_is_out_of_the_room_before_being_told()
    {
        var room = (await Ann.MakeRoomAsync("Secret", isPrivate: true)).Text("id")!;
        await Ann.AdmitAsync(room, Bob);
        await using var annSocket = await ChatSocket.OpenInAsync(Server, Ann, room);
        await using var bobSocket = await ChatSocket.OpenInAsync(Server, Bob, room);
        await annSocket.NextAsync("presence");
        await annSocket.NextAsync("user_joined");

        using var removed = await Ann.DeleteAsync($"/api/rooms/{room}/members/{Bob.Id}");

        Assert.Equal(room, (await bobSocket.NextAsync("removed")).Text("roomId"));
        Assert.Equal(Bob.Id, (await annSocket.NextAsync("user_left")).Text("userId"));
        Assert.Equal("Access denied", (await bobSocket.AskAsync("message", new { roomId = room, content = "hi" })).Text("error"));
        Assert.Equal("Access denied", (await bobSocket.AskAsync("join_room", room)).Text("error"));
        await annSocket.AskAsync("message", new { roomId = room, content = "secret" });
        Assert.Equal(["error", "error"], (await bobSocket.DrainAsync()).Select(heard => heard.Name));
    }

    [Fact]
    public async Task Everybody_hears_of_public_rooms_and_only_the_maker_of_private_ones()
    {
        await using var annSocket = await ChatSocket.OpenAsync(Server, Ann);
        await using var bobSocket = await ChatSocket.OpenAsync(Server, Bob);

        await Ann.MakeRoomAsync("Secret", isPrivate: true);
        Assert.Equal("owner", (await annSocket.NextAsync("room_added")).Text("role"));
        await bobSocket.HearsNothingAsync();

        var room = await Ann.MakeRoomAsync(Unique("Coffee"));
        var created = await bobSocket.NextAsync("room_created");
        Assert.Equal(room.Text("id"), created.Text("id"));
        Assert.Null(created.Text("role"));
        Assert.Null((await annSocket.NextAsync("room_created")).Text("role"));
        Assert.Equal(room.GetRawText(), (await annSocket.NextAsync("room_added")).GetRawText());
    }

    [Fact]
    public async Task The_invited_user_hears_of_the_invitation_and_of_the_new_room()
    {
        var room = (await Ann.MakeRoomAsync("Secret", isPrivate: true)).Text("id")!;
        await using var annSocket = await ChatSocket.OpenAsync(Server, Ann);
        await using var bobSocket = await ChatSocket.OpenAsync(Server, Bob);

        var invitation = await Ann.InviteAsync(room, Bob);
        Assert.Equal(invitation.GetRawText(), (await bobSocket.NextAsync("invited")).GetRawText());
        using var again = await Ann.PostAsync($"/api/rooms/{room}/invitations", new { userName = Bob.Name });
        using var accepted = await Bob.PostAsync($"/api/invitations/{invitation.Text("id")}/accept", new { });
        Assert.Equal((room, "member"), (await bobSocket.NextAsync("room_added")) is var added ? (added.Text("id"), added.Text("role")) : default);
        await bobSocket.HearsNothingAsync();
        await annSocket.HearsNothingAsync();
    }

    private static (string Event, object Argument)[] Requests(string room) =>
    [
        ("join_room", room), ("join_room", new { roomId = room }), ("leave_room", room), ("typing_start", room), ("typing_stop", new { room }),
        ("message", new { roomId = room, content = "hi" }), ("mark_read", new { roomId = room, messageId = "m" }),
    ];
}
