using System.Net;

namespace Fanfare.Chat.Tests;

/// <summary><c>POST /api/rooms/{id}/messages</c>.</summary>
public sealed class MessagePostTests(SharedServer shared) : RoomOfAnn(shared)
{
    [Fact]
    public async Task A_posted_message_is_stored_told_to_the_room_and_answered_once_with_201()
    {
        await AdmitBobAsync();
        await using var socket = await ChatSocket.OpenInAsync(Server, Ann, Room);
        var path = $"/api/rooms/{Room}/messages";

        using var created = await Bob.PostAsync(path, new { content = " hi\n", clientId = "c1" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var message = await TestUser.JsonOf(created);
        Assert.Equal((Room, Bob.Id, Bob.Name, " hi\n", "c1"), (message.Text("roomId"), message.Text("userId"), message.Text("userName"), message.Text("content"), message.Text("clientId")));
        Assert.Equal(message.GetRawText(), (await socket.NextAsync("message")).GetRawText());

        using var again = await Bob.PostAsync(path, new { content = "other", clientId = "c1" });
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(message.GetRawText(), (await TestUser.JsonOf(again)).GetRawText());
        await socket.HearsNothingAsync();

        // Another user's id is another id; none is none.
        Assert.Equal(HttpStatusCode.Created, (await Ann.PostAsync(path, new { content = "a", clientId = "c1" })).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await Ann.PostAsync(path, new { content = "a", clientId = (string?)null })).StatusCode);
    }

    [Fact]
    public async Task Only_members_write_and_faults_are_told_in_order()
    {
        using var anonymous = TestUser.Anonymous(Server);
        var open = $"/api/rooms/{Room}/messages";
        var closed = $"/api/rooms/{(await Ann.MakeRoomAsync("Closed", isPrivate: true)).Text("id")}/messages";
        var tooLarge = $$"""{"content":"{{new string('a', 65_536)}}"}""";

        await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, await anonymous.PostTextAsync(open, tooLarge, "text/plain"));
        await ProblemAssert.IsAsync(HttpStatusCode.RequestEntityTooLarge, await Bob.PostTextAsync(closed, tooLarge, "text/plain"));
        await ProblemAssert.IsAsync(HttpStatusCode.UnsupportedMediaType, await Bob.PostTextAsync(closed, "{", "text/plain"));
        await ProblemAssert.IsAsync(HttpStatusCode.BadRequest, await Bob.PostTextAsync(closed, """{"content":5}"""));
        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await Bob.PostTextAsync(closed, "{}"));
        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await Bob.PostTextAsync("/api/rooms/unknown/messages", "{}"));
        await ProblemAssert.IsAsync(HttpStatusCode.Forbidden, await Bob.PostTextAsync(open, "{}"));
        await ProblemAssert.NamesFieldAsync("content", await Ann.PostTextAsync(open, "{}"));
        await ProblemAssert.IsAsync(HttpStatusCode.MethodNotAllowed, await Ann.PutAsync(open, new { content = "a" }));
        Assert.Equal(HttpStatusCode.Created, (await Ann.PostAsync(closed, new { content = "a" })).StatusCode);
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
        await ProblemAssert.NamesFieldAsync(field, await Ann.PostTextAsync($"/api/rooms/{Room}/messages", body));
        Assert.Empty((await Ann.GetJsonAsync($"/api/rooms/{Room}/messages")).GetProperty("messages").EnumerateArray());
    }

    [Fact]
    public async Task Content_has_up_to_4000_code_points()
    {
        var longest = string.Concat(Enumerable.Repeat("😀", 4000));
        Assert.Equal(HttpStatusCode.Created, (await Ann.PostAsync($"/api/rooms/{Room}/messages", new { content = longest })).StatusCode);
        await ProblemAssert.NamesFieldAsync("content", await Ann.PostAsync($"/api/rooms/{Room}/messages", new { content = longest + "a" }));
    }

    [Fact]
    public async Task A_posted_message_ends_the_typing_mark()
    {
        await AdmitBobAsync();
        await using var listener = await ChatSocket.OpenInAsync(Server, Ann, Room);
        await using var writer = await ChatSocket.OpenInAsync(Server, Bob, Room);
        await writer.AskAsync("typing_start", Room);
        await listener.NextAsync("presence");
        await listener.NextAsync("user_joined");
        await listener.NextAsync("user_typing");
        using var answer = await Bob.PostAsync($"/api/rooms/{Room}/messages", new { content = "hi" });
        await listener.NextAsync("user_stopped_typing");
        await listener.NextAsync("message");
    }
}
