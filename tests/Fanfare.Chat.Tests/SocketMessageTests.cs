using System.Text.Json;

namespace Fanfare.Chat.Tests;

public sealed class SocketMessageTests(SharedServer shared) : RoomOfAnn(shared)
{
    [Fact]
    public async Task A_message_goes_to_the_whole_room_the_sender_too_and_then_is_acked()
    {
        await AdmitBobAsync();
        await using var annSocket = await ChatSocket.OpenInAsync(Server, Ann, Room);
        await using var bobSocket = await ChatSocket.OpenInAsync(Server, Bob, Room);
        await annSocket.NextAsync("presence");
        await annSocket.NextAsync("user_joined");
        const string Content = "<script>alert(1)</script>\t\r\n'; DROP TABLE messages;-- 😀\u2028";

        var ack = await bobSocket.AskAsync("message", new { roomId = Room, content = Content, clientId = "c-1" });

        Assert.Equal(["id", "roomId", "userId", "userName", "content", "timestamp", "clientId"], ack.EnumerateObject().Select(property => property.Name));
        Assert.Equal((Room, Bob.Id, Bob.Name, Content, "c-1"), (ack.Text("roomId"), ack.Text("userId"), ack.Text("userName"), ack.Text("content"), ack.Text("clientId")));
        Assert.Equal(ack.GetRawText(), (await annSocket.NextAsync("message")).GetRawText());
        Assert.Equal(ack.GetRawText(), (await bobSocket.NextAsync("message")).GetRawText());
        Assert.True(JsonElement.DeepEquals(ack, (await Ann.GetJsonAsync($"/api/rooms/{Room}/messages")).GetProperty("messages")[0]));
    }

    [Fact]
    public async Task The_same_client_id_again_is_acked_with_the_stored_message_and_told_to_nobody()
    {
        await using var socket = await ChatSocket.OpenInAsync(Server, Ann, Room);
        var first = await socket.AskAsync("message", new { roomId = Room, content = "once", clientId = "c1" });
        await socket.NextAsync("message");

        Assert.Equal(first.GetRawText(), (await socket.AskAsync("message", new { room = Room, content = "twice", clientId = "c1" })).GetRawText());
        await socket.HearsNothingAsync();

        var acks = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => socket.AskAsync("message", new { roomId = Room, content = "many", clientId = "c2" })));
        Assert.Single(acks.Select(ack => ack.GetRawText()).Distinct());
        await socket.NextAsync("message");
        await socket.HearsNothingAsync();

        await socket.AskAsync("message", new { roomId = Room, content = "none", clientId = (string?)null });
        Assert.False((await socket.NextAsync("message")).Has("clientId"));
    }

    [Theory]
    [InlineData("\"\"", "Message is empty")]
    [InlineData("\" \\t\\n\\u3000\"", "Message is empty")]
    [InlineData("\"a\\u0000\"", "Invalid request")]
    [InlineData("\"a\\u007f\"", "Invalid request")]
    [InlineData("\"a\\ud800\"", "Invalid request")]
    [InlineData("5", "Invalid request")]
    [InlineData("null", "Invalid request")]
    [InlineData("[\"a\"]", "Invalid request")]
    [InlineData("\"a\",\"clientId\":5", "Invalid request")]
    [InlineData("\"a\",\"clientId\":\"\"", "Invalid request")]
    [InlineData("\"a\",\"clientId\":\"a b\"", "Invalid request")]
    public async Task A_bad_message_is_refused_and_reaches_nobody(string content, string refusal)
    {
        await AdmitBobAsync();
        await using var bobSocket = await ChatSocket.OpenInAsync(Server, Bob, Room);
        await using var socket = await ChatSocket.OpenInAsync(Server, Ann, Room);
        await bobSocket.NextAsync("presence");
        await bobSocket.NextAsync("user_joined");

        Assert.Equal(refusal, (await socket.AskRawAsync("message", $$"""{"roomId":"{{Room}}","content":{{content}}}""")).Text("error"));
        Assert.Equal(refusal, (await socket.NextAsync("error")).Text("message"));
        await bobSocket.HearsNothingAsync();
        Assert.Empty((await Ann.GetJsonAsync($"/api/rooms/{Room}/messages")).GetProperty("messages").EnumerateArray());
    }

    [Fact]
    public async Task Content_has_up_to_4000_code_points()
    {
        await using var socket = await ChatSocket.OpenInAsync(Server, Ann, Room);
        var longest = string.Concat(Enumerable.Repeat("😀", 4000));
        Assert.Equal(longest, (await socket.AskAsync("message", new { roomId = Room, content = longest })).Text("content"));
        Assert.Equal("Message is too long", (await socket.AskAsync("message", new { roomId = Room, content = longest + "a" })).Text("error"));
    }

    [Fact]
    public async Task All_hear_one_order_which_is_that_of_storing_and_times_never_fall()
    {
        var sockets = new List<ChatSocket>();
        for (var i = 0; i < 4; i++)
        {
            sockets.Add(await ChatSocket.OpenInAsync(Server, Ann, Room));
        }

        await Task.WhenAll(sockets.Select(async socket =>
        {
            var acks = new List<Task<JsonElement>>();
            for (var i = 0; i < 25; i++)
            {
                acks.Add(await socket.BeginAskAsync("message", new { roomId = Room, content = "x" }));
            }

            await Task.WhenAll(acks);
        }));

        var stored = (await Ann.GetJsonAsync($"/api/rooms/{Room}/messages?limit=100")).GetProperty("messages");
        Assert.Equal(100, stored.GetArrayLength());
        Assert.Equal(stored.Texts("timestamp").Order(StringComparer.Ordinal), stored.Texts("timestamp"));
        foreach (var socket in sockets)
        {
            var heard = await socket.DrainAsync();
            Assert.Equal(stored.Texts("id"), heard.Select(one => one.Argument.Text("id")));
            await socket.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_read_mark_moves_forward_and_all_connections_of_the_user_hear_of_it()
    {
        await AdmitBobAsync();
        await using var writer = await ChatSocket.OpenInAsync(Server, Ann, Room);
        await using var reader = await ChatSocket.OpenInAsync(Server, Bob, Room);
        await using var elsewhere = await ChatSocket.OpenAsync(Server, Bob);
        var first = (await writer.AskAsync("message", new { roomId = Room, content = "1" })).Text("id");
        await Server.SettleAsync();
        Assert.Equal((Room, 1), await elsewhere.NextAsync("unread") is var one ? (one.Text("roomId"), one.Number("unread")) : default);
        var last = (await writer.AskAsync("message", new { roomId = Room, content = "2" })).Text("id");
        await Server.SettleAsync();
        Assert.Equal(2, (await elsewhere.NextAsync("unread")).Number("unread"));
        Assert.Equal(["message", "message"], (await reader.DrainAsync()).Select(heard => heard.Name));

        var ack = await reader.AskAsync("mark_read", new { roomId = Room, messageId = last });
        Assert.Equal((true, 0), (ack.GetProperty("ok").GetBoolean(), ack.Number("unread")));
        Assert.Equal(0, (await elsewhere.NextAsync("unread")).Number("unread"));
        Assert.Equal(0, (await reader.NextAsync("unread")).Number("unread"));

        Assert.Equal(0, (await reader.AskAsync("mark_read", new { room = Room, messageId = first })).Number("unread"));
        await reader.HearsNothingAsync();
        Assert.Equal("Unknown message", (await reader.AskAsync("mark_read", new { roomId = Room, messageId = "unknown" })).Text("error"));
        Assert.Equal("Unknown message", (await reader.NextAsync("error")).Text("message"));
    }

    [Fact]
    public async Task Unread_goes_to_members_elsewhere_and_not_to_the_author_the_room_or_strangers()
    {
        await AdmitBobAsync();
        using var eve = await TestUser.RegisterAsync(Server, Unique("Eve"));
        await using var writer = await ChatSocket.OpenInAsync(Server, Ann, Room);
        await using var inside = await ChatSocket.OpenInAsync(Server, Bob, Room);
        await using var annElsewhere = await ChatSocket.OpenAsync(Server, Ann);
        await using var stranger = await ChatSocket.OpenAsync(Server, eve);
        await using var bobElsewhere = await ChatSocket.OpenAsync(Server, Bob);

        // Two messages close together are told as one number, when it is time.
        await writer.AskAsync("message", new { roomId = Room, content = "hi" });
        await writer.AskAsync("message", new { roomId = Room, content = "ho" });
        Server.Clock.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal(2, (await bobElsewhere.NextAsync("unread")).Number("unread"));
        await bobElsewhere.HearsNothingAsync();
        Assert.Equal(["message", "message"], (await inside.DrainAsync()).Select(heard => heard.Name));
        await annElsewhere.HearsNothingAsync();
        await stranger.HearsNothingAsync();
    }
}
