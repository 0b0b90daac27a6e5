using System.Net;

namespace Fanfare.Chat.Tests;

/// <summary><c>POST /api/rooms/{id}/messages</c>.</summary>
public sealed class MessagePostTests
{
    [Fact]
    public async Task A_posted_message_is_stored_told_to_the_room_and_answered_once_with_201()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await ann.AdmitAsync(room, bob);
        await using var socket = await ChatSocket.OpenInAsync(server, ann, room);
        var path = $"/api/rooms/{room}/messages";

        using var created = await bob.PostAsync(path, new { content = " hi\n", clientId = "c1" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var message = await TestUser.JsonOf(created);
        Assert.Equal((room, bob.Id, "Bob", " hi\n", "c1"), (message.Text("roomId"), message.Text("userId"), message.Text("userName"), message.Text("content"), message.Text("clientId")));
        Assert.Equal(message.GetRawText(), (await socket.NextAsync("message")).GetRawText());

        using var again = await bob.PostAsync(path, new { content = "other", clientId = "c1" });
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(message.GetRawText(), (await TestUser.JsonOf(again)).GetRawText());
        await socket.HearsNothingAsync();

        // Another user's id is another id; none is none.
        Assert.Equal(HttpStatusCode.Created, (await ann.PostAsync(path, new { content = "a", clientId = "c1" })).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await ann.PostAsync(path, new { content = "a", clientId = (string?)null })).StatusCode);
    }

    [Fact]
    public async Task Only_members_write_and_faults_are_told_in_order()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        using var anonymous = TestUser.Anonymous(server);
        var open = $"/api/rooms/{(await ann.MakeRoomAsync("Open")).Text("id")}/messages";
        var closed = $"/api/rooms/{(await ann.MakeRoomAsync("Closed", isPrivate: true)).Text("id")}/messages";
        var tooLarge = $$"""{"content":"{{new string('a', 65_536)}}"}""";

        await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, await anonymous.PostTextAsync(open, tooLarge, "text/plain"));
        await ProblemAssert.IsAsync(HttpStatusCode.RequestEntityTooLarge, await bob.PostTextAsync(closed, tooLarge, "text/plain"));
        await ProblemAssert.IsAsync(HttpStatusCode.UnsupportedMediaType, await bob.PostTextAsync(closed, "{", "text/plain"));
        await ProblemAssert.IsAsync(HttpStatusCode.BadRequest, await bob.PostTextAsync(closed, """{"content":5}"""));
        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await bob.PostTextAsync(closed, "{}"));
        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await bob.PostTextAsync("/api/rooms/unknown/messages", "{}"));
        await ProblemAssert.IsAsync(HttpStatusCode.Forbidden, await bob.PostTextAsync(open, "{}"));
        await ProblemAssert.NamesFieldAsync("content", await ann.PostTextAsync(open, "{}"));
        await ProblemAssert.IsAsync(HttpStatusCode.MethodNotAllowed, await ann.PutAsync(open, new { content = "a" }));
        Assert.Equal(HttpStatusCode.Created, (await ann.PostAsync(closed, new { content = "a" })).StatusCode);
    }

    [Theory]
    [InlineData("""{"content":""}""", "content")]
    [InlineData("""{"content":" \t\n"}""", "content")]
    [InlineData("""{"content":"a\u0000"}""", "content")]
    [InlineData("""{"content":null}""", "content")]
    [InlineData("""{"content":"a","clientId":""}""", "clientId")]
    [InlineData("""{"content":"a","clientId":"a b"}""", "clientId")]
    public async Task Invalid_fields_are_named(string body, string field)
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await ProblemAssert.NamesFieldAsync(field, await ann.PostTextAsync($"/api/rooms/{room}/messages", body));
        Assert.Empty((await ann.GetJsonAsync($"/api/rooms/{room}/messages")).GetProperty("messages").EnumerateArray());
    }

    [Fact]
    public async Task Content_has_up_to_4000_code_points()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        var longest = string.Concat(Enumerable.Repeat("😀", 4000));
        Assert.Equal(HttpStatusCode.Created, (await ann.PostAsync($"/api/rooms/{room}/messages", new { content = longest })).StatusCode);
        await ProblemAssert.NamesFieldAsync("content", await ann.PostAsync($"/api/rooms/{room}/messages", new { content = longest + "a" }));
    }

    [Fact]
    public async Task A_posted_message_ends_the_typing_mark()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await ann.AdmitAsync(room, bob);
        await using var listener = await ChatSocket.OpenInAsync(server, ann, room);
        await using var writer = await ChatSocket.OpenInAsync(server, bob, room);
        await writer.AskAsync("typing_start", room);
        await listener.SkipToAsync("user_typing");
        using var answer = await bob.PostAsync($"/api/rooms/{room}/messages", new { content = "hi" });
        await listener.NextAsync("user_stopped_typing");
        await listener.NextAsync("message");
    }
}
