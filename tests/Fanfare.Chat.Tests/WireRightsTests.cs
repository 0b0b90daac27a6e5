using System.Net;

namespace Fanfare.Chat.Tests;

/// <summary>Who may do what with a room, on each wire: the table of the contract's section 4.</summary>
public sealed class WireRightsTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Denied = "Access denied";

    public static TheoryData<string, string, bool> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, bool>();
            foreach (var room in new[] { "public", "private" })
            {
                foreach (var who in new[] { "stranger", "invited", "removed", "member", "owner" })
                {
                    rows.Add(who, room, room == "public" || who is "member" or "owner");
                }
            }

            rows.Add("owner", "unknown", false);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Rights_are_the_same_on_every_wire(string who, string kind, bool mayRead)
    {
        using var owner = await TestUser.RegisterAsync(shared.Server);
        using var other = await TestUser.RegisterAsync(shared.Server);
        var room = kind == "unknown" ? "AAAAAAAAAAAAAAAAAAAAAA" : (await owner.MakeRoomAsync(owner.Name, kind == "private")).Text("id")!;
        var user = who == "owner" ? owner : other;
        await PrepareAsync(who, owner, other, room);

        // A stream reads, and makes nobody a member.
        await using (var stream = await EventStream.OpenAsync(shared.Server, user, $"/events/rooms/{room}"))
        {
            Assert.Equal(mayRead ? HttpStatusCode.OK : HttpStatusCode.Forbidden, stream.Status);
        }

        var isMember = who is "member" or "owner" && kind != "unknown";
        using var posted = await user.PostAsync($"/api/rooms/{room}/messages", new { content = "hi" });
        Assert.Equal(isMember ? 201 : mayRead ? 403 : 404, (int)posted.StatusCode);

        await using var plain = await PlainSocket.OpenAsync(shared.Server, user);
        foreach (var (type, members) in Requests(room))
        {
            Assert.Equal(Denied, (await plain.AskAsync(type, members)).Text("error"));
        }

        await plain.DrainAsync();
        await plain.SendAsync(new { type = "join", room });
        if (!mayRead)
        {
            Assert.Equal("forbidden", (await plain.NextAsync("error")).Text("code"));
            Assert.Equal(Denied, (await plain.AskAsync("join_room", $"\"room\":\"{room}\"")).Text("error"));
            return;
        }

        await plain.SkipToAsync("joined");
        Assert.NotNull((await user.GetJsonAsync($"/api/rooms/{room}")).Text("role"));
        Assert.Equal("hi", (await plain.AskAsync("message", $"\"room\":\"{room}\",\"content\":\"hi\"")).Text("content"));
        Assert.True((await plain.AskAsync("typing_start", $"\"room\":\"{room}\"")).Has("ok"));
    }

    private static async Task PrepareAsync(string who, TestUser owner, TestUser other, string room)
    {
        switch (who)
        {
            case "invited":
                await owner.InviteAsync(room, other);
                break;
            case "member":
                await owner.AdmitAsync(room, other);
                break;
            case "removed":
                await owner.AdmitAsync(room, other);
                using (var removed = await owner.DeleteAsync($"/api/rooms/{room}/members/{other.Id}"))
                {
                    Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
                }

                break;
        }
    }

    private static (string Type, string Members)[] Requests(string room) =>
    [
        ("leave_room", $"\"room\":\"{room}\""), ("message", $"\"room\":\"{room}\",\"content\":\"hi\""), ("typing_start", $"\"roomId\":\"{room}\""),
        ("typing_stop", $"\"args\":[\"{room}\"]"), ("mark_read", $"\"room\":\"{room}\",\"messageId\":\"x\""),
    ];
}
