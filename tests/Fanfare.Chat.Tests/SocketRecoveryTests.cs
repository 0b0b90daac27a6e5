using System.Text.Json;

namespace Fanfare.Chat.Tests;

public sealed class SocketRecoveryTests(SharedServer shared) : RoomOfAnn(shared)
{
    [Fact]
    public async Task A_recovered_connection_is_in_its_rooms_again_and_hears_what_it_missed_once()
    {
        await using var writer = await OpenWriterAsync();
        await using var lost = await LoseAsync(writer);
        await writer.AskAsync("message", new { roomId = Room, content = "2" });
        await writer.NextAsync("message");

        await using var recovered = await ReturnAsync(Bob, lost);

        Assert.Equal(lost.Answer.Text("sid"), recovered.Answer.Text("sid"));
        Assert.Equal("2", (await recovered.NextAsync("message")).Text("content"));
        Assert.Equal(Bob.Id, (await writer.NextAsync("user_joined")).Text("userId"));
        await writer.AskAsync("message", new { roomId = Room, content = "3" });
        Assert.Equal("3", (await recovered.NextAsync("message")).Text("content"));
        Assert.True((await recovered.AskAsync("typing_start", Room)).Has("ok"));
        await recovered.HearsNothingAsync();
    }

    [Fact]
    public async Task A_recovered_connection_is_not_in_rooms_that_its_user_was_removed_from()
    {
        await using var writer = await OpenWriterAsync();
        await using var lost = await LoseAsync(writer);
        using var removed = await Ann.DeleteAsync($"/api/rooms/{Room}/members/{Bob.Id}");
        await writer.AskAsync("message", new { roomId = Room, content = "secret" });

        await using var returned = await ReturnAsync(Bob, lost);

        Assert.Equal("Access denied", (await returned.AskAsync("message", new { roomId = Room, content = "hi" })).Text("error"));
        Assert.Equal(["error"], (await returned.DrainAsync()).Select(heard => heard.Name));
    }

    [Fact]
    public async Task A_recovered_connection_still_ends_with_its_sign_in()
    {
        await using var lost = await OpenWriterAsync();
        await lost.AskAsync("message", new { roomId = Room, content = "1" });
        await lost.NextAsync("message");
        await lost.BreakAsync();
        await using var recovered = await ReturnAsync(Ann, lost);
        Assert.Equal(lost.Answer.Text("sid"), recovered.Answer.Text("sid"));
        await Ann.LogOutAsync();
        await recovered.Disconnected;
    }

    private Task<ChatSocket> OpenWriterAsync() => ChatSocket.OpenInAsync(Server, Ann, Room);

    // Bob heard one message in the room before his line broke, of which the room was told.
    private async Task<ChatSocket> LoseAsync(ChatSocket writer)
    {
        await AdmitBobAsync();
        var lost = await ChatSocket.OpenInAsync(Server, Bob, Room);
        await writer.AskAsync("message", new { roomId = Room, content = "1" });
        await lost.NextAsync("message");
        await lost.BreakAsync();
        foreach (var heard in new[] { "presence", "user_joined", "message", "user_left" })
        {
            await writer.NextAsync(heard);
        }

        return lost;
    }

    private Task<ChatSocket> ReturnAsync(TestUser user, ChatSocket lost) => ChatSocket.OpenWithAsync(
        Server, JsonSerializer.Serialize(new { token = user.AccessToken, pid = lost.Answer.Text("pid"), offset = lost.Offset }));
}
