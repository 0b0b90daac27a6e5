using System.Text.Json;

namespace Fanfare.Chat.Tests;

public sealed class SocketMessageTests
{
    [Fact]
    public async Task A_message_goes_to_the_whole_room_the_sender_too_and_then_is_acked()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await using var annSocket = await ChatSocket.OpenInAsync(server, ann, room);
        await using var bobSocket = await ChatSocket.OpenAsync(server, bob);
        await bobSocket.AskAsync("join_room", room);
        await bobSocket.SkipToAsync("room_history");
        await annSocket.SkipToAsync("user_joined");
        const string Content = "<script>alert(1)</script>\t\r\n'; DROP TABLE messages;-- 😀\u2028";

        var ack = await bobSocket.AskAsync("message", new { roomId = room, content = Content, clientId = "c-1" });

        Assert.Equal(["id", "roomId", "userId", "userName", "content", "timestamp", "clientId"], ack.EnumerateObject().Select(property => property.Name));
        Assert.Equal((room, bob.Id, "Bob", Content, "c-1"), (ack.Text("roomId"), ack.Text("userId"), ack.Text("userName"), ack.Text("content"), ack.Text("clientId")));
        Assert.Equal(ack.GetRawText(), (await annSocket.NextAsync("message")).GetRawText());
        Assert.Equal(ack.GetRawText(), (await bobSocket.NextAsync("message")).GetRawText());
        Assert.True(JsonElement.DeepEquals(ack, (await ann.GetJsonAsync($"/api/rooms/{room}/messages")).GetProperty("messages")[0]));
    }

    [Fact]
    public async Task The_same_client_id_again_is_acked_with_the_stored_message_and_told_to_nobody()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await using var socket = await ChatSocket.OpenInAsync(server, ann, room);
        var first = await socket.AskAsync("message", new { roomId = room, content = "once", clientId = "c1" });
        await socket.NextAsync("message");

        Assert.Equal(first.GetRawText(), (await socket.AskAsync("message", new { room, content = "twice", clientId = "c1" })).GetRawText());
        await socket.HearsNothingAsync();

        var acks = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => socket.AskAsync("message", new { roomId = room, content = "many", clientId = "c2" })));
        Assert.Single(acks.Select(ack => ack.GetRawText()).Distinct());
        await socket.NextAsync("message");
        await socket.HearsNothingAsync();

        await socket.AskAsync("message", new { roomId = room, content = "none", clientId = (string?)null });
        Assert.False((await socket.NextAsync("message")).Has("clientId"));
    }

    [Theory]
    [InlineData("\"\"", "Message is empty")]
    [InlineData("\" \\t\\n\\u3000\"", "Message is empty")]
    [InlineData("\"a\\u0000\"", "Invalid request")]
    [InlineData("\"a\\u007f\"", "Invalid request")]
    [InlineData("5", "Invalid request")]
    [InlineData("null", "Invalid request")]
    [InlineData("[\"a\"]", "Invalid request")]
    [InlineData("\"a\",\"clientId\":5", "Invalid request")]
    [InlineData("\"a\",\"clientId\":\"\"", "Invalid request")]
    [InlineData("\"a\",\"clientId\":\"a b\"", "Invalid request")]
    public async Task A_bad_message_is_refused_and_reaches_nobody(string content, string refusal)
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await ann.AdmitAsync(room, bob);
        await using var bobSocket = await ChatSocket.OpenInAsync(server, bob, room);
        await using var socket = await ChatSocket.OpenInAsync(server, ann, room);
        await bobSocket.SkipToAsync("user_joined");

        Assert.Equal(refusal, (await socket.AskRawAsync("message", $$"""{"roomId":"{{room}}","content":{{content}}}""")).Text("error"));
        Assert.Equal(refusal, (await socket.NextAsync("error")).Text("message"));
        await bobSocket.HearsNothingAsync();
        Assert.Empty((await ann.GetJsonAsync($"/api/rooms/{room}/messages")).GetProperty("messages").EnumerateArray());
    }

    [Fact]
    public async Task Content_has_up_to_4000_code_points()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await using var socket = await ChatSocket.OpenInAsync(server, ann, room);
        var longest = string.Concat(Enumerable.Repeat("😀", 4000));
        Assert.Equal(longest, (await socket.AskAsync("message", new { roomId = room, content = longest })).Text("content"));
        Assert.Equal("Message is too long", (await socket.AskAsync("message", new { roomId = room, content = longest + "a" })).Text("error"));
    }

    [Fact]
    public async Task All_hear_one_order_which_is_that_of_storing_and_times_never_fall()
    {
        await using var server = await ChatServer.StartAsync("--Limits:MessagesPerSecond=10000");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        var sockets = new List<ChatSocket>();
        for (var i = 0; i < 4; i++)
        {
            sockets.Add(await ChatSocket.OpenInAsync(server, ann, room));
        }

        await Task.WhenAll(sockets.Select(async socket =>
        {
            var acks = new List<Task<JsonElement>>();
            for (var i = 0; i < 25; i++)
            {
                acks.Add(await socket.BeginAskAsync("message", new { roomId = room, content = "x" }));
            }

            await Task.WhenAll(acks);
        }));

        var stored = (await ann.GetJsonAsync($"/api/rooms/{room}/messages?limit=100")).GetProperty("messages");
        Assert.Equal(stored.Texts("timestamp").Order(StringComparer.Ordinal), stored.Texts("timestamp"));
        foreach (var socket in sockets)
        {
            var heard = await socket.DrainAsync();
            Assert.Equal(stored.Texts("id"), heard.Where(one => one.Name == "message").Select(one => one.Argument.Text("id")));
            await socket.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_read_mark_moves_forward_and_all_connections_of_the_user_hear_of_it()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await ann.AdmitAsync(room, bob);
        await using var writer = await ChatSocket.OpenInAsync(server, ann, room);
        await using var reader = await ChatSocket.OpenInAsync(server, bob, room);
        await using var elsewhere = await ChatSocket.OpenAsync(server, bob);
        var first = (await writer.AskAsync("message", new { roomId = room, content = "1" })).Text("id");
        Assert.Equal((room, 1), await elsewhere.NextAsync("unread") is var one ? (one.Text("roomId"), one.Number("unread")) : default);
        var last = (await writer.AskAsync("message", new { roomId = room, content = "2" })).Text("id");
        Assert.Equal(2, (await elsewhere.NextAsync("unread")).Number("unread"));

        var ack = await reader.AskAsync("mark_read", new { roomId = room, messageId = last });
        Assert.Equal((true, 0), (ack.GetProperty("ok").GetBoolean(), ack.Number("unread")));
        Assert.Equal(0, (await elsewhere.NextAsync("unread")).Number("unread"));
        await reader.SkipToAsync("unread");

        Assert.Equal(0, (await reader.AskAsync("mark_read", new { room, messageId = first })).Number("unread"));
        await reader.HearsNothingAsync();
        Assert.Equal("Unknown message", (await reader.AskAsync("mark_read", new { roomId = room, messageId = "unknown" })).Text("error"));
        Assert.Equal("Unknown message", (await reader.NextAsync("error")).Text("message"));
    }

    [Fact]
    public async Task Unread_goes_to_members_elsewhere_and_not_to_the_author_the_room_or_strangers()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        using var eve = await TestUser.RegisterAsync(server, "Eve");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await ann.AdmitAsync(room, bob);
        await using var writer = await ChatSocket.OpenInAsync(server, ann, room);
        await using var inside = await ChatSocket.OpenInAsync(server, bob, room);
        await using var annElsewhere = await ChatSocket.OpenAsync(server, ann);
        await using var stranger = await ChatSocket.OpenAsync(server, eve);
        await using var bobElsewhere = await ChatSocket.OpenAsync(server, bob);

        await writer.AskAsync("message", new { roomId = room, content = "hi" });

        Assert.Equal(1, (await bobElsewhere.NextAsync("unread")).Number("unread"));
        Assert.DoesNotContain(await inside.DrainAsync(), heard => heard.Name == "unread");
        await annElsewhere.HearsNothingAsync();
        await stranger.HearsNothingAsync();
    }
}
