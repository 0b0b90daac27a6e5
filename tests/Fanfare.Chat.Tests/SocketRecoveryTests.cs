using System.Text.Json;

namespace Fanfare.Chat.Tests;

public sealed class SocketRecoveryTests
{
    [Fact]
    public async Task A_recovered_connection_is_in_its_rooms_again_and_hears_what_it_missed_once()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await ann.AdmitAsync(room, bob);
        await using var writer = await ChatSocket.OpenInAsync(server, ann, room);
        await using var lost = await ChatSocket.OpenInAsync(server, bob, room);
        await writer.AskAsync("message", new { roomId = room, content = "1" });
        await lost.SkipToAsync("message");
        await writer.SkipToAsync("message");
        lost.Break();
        await writer.SkipToAsync("user_left");
        await writer.AskAsync("message", new { roomId = room, content = "2" });
        await writer.NextAsync("message");

        await using var recovered = await ReturnAsync(server, bob, lost);

        Assert.Equal(lost.Answer.Text("sid"), recovered.Answer.Text("sid"));
        Assert.Equal("2", (await recovered.SkipToAsync("message")).Text("content"));
        Assert.Equal(bob.Id, (await writer.SkipToAsync("user_joined")).Text("userId"));
        await writer.AskAsync("message", new { roomId = room, content = "3" });
        Assert.Equal("3", (await recovered.SkipToAsync("message")).Text("content"));
        Assert.True((await recovered.AskAsync("typing_start", room)).Has("ok"));
    }

    [Fact]
    public async Task A_recovered_connection_is_not_in_rooms_that_its_user_was_removed_from()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await ann.AdmitAsync(room, bob);
        await using var writer = await ChatSocket.OpenInAsync(server, ann, room);
        await using var lost = await ChatSocket.OpenInAsync(server, bob, room);
        await writer.AskAsync("message", new { roomId = room, content = "1" });
        await lost.SkipToAsync("message");
        lost.Break();
        await writer.SkipToAsync("user_left");
        using var removed = await ann.DeleteAsync($"/api/rooms/{room}/members/{bob.Id}");
        await writer.AskAsync("message", new { roomId = room, content = "secret" });

        await using var returned = await ReturnAsync(server, bob, lost);

        Assert.Equal("Access denied", (await returned.AskAsync("message", new { roomId = room, content = "hi" })).Text("error"));
        Assert.DoesNotContain(await returned.DrainAsync(), heard => heard.Name == "message");
    }

    [Fact]
    public async Task A_recovered_connection_still_ends_with_its_sign_in()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await using var lost = await ChatSocket.OpenInAsync(server, ann, room);
        await lost.AskAsync("message", new { roomId = room, content = "1" });
        lost.Break();
        await using var recovered = await ReturnAsync(server, ann, lost);
        using var logout = await ann.PostAsync("/api/auth/logout", new { refreshToken = ann.RefreshToken });
        await recovered.Disconnected;
    }

    private static Task<ChatSocket> ReturnAsync(ChatServer server, TestUser user, ChatSocket lost) => ChatSocket.OpenWithAsync(
        server, JsonSerializer.Serialize(new { token = user.AccessToken, pid = lost.Answer.Text("pid"), offset = lost.Offset }));
}
