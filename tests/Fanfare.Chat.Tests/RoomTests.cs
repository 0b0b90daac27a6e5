using System.Net;
using System.Text.Json;

namespace Fanfare.Chat.Tests;

public sealed class RoomTests
{
    [Fact]
    public async Task Whoever_makes_a_room_owns_it()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");

        using var answer = await ann.PostAsync("/api/rooms", new { name = "  Tea ☕ " });

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var room = await TestUser.JsonOf(answer);
        Assert.Equal($"/api/rooms/{room.Text("id")}", answer.Headers.Location!.ToString());
        Assert.Equal(("Tea ☕", "owner"), (room.Text("name"), room.Text("role")));
        Assert.Equal(["id", "name", "isPrivate", "role", "unread", "lastReadId", "createdAt"], room.EnumerateObject().Select(property => property.Name));
        Assert.Equal((false, 0), (room.GetProperty("isPrivate").GetBoolean(), room.Number("unread")));
        Assert.Equal(JsonValueKind.Null, room.GetProperty("lastReadId").ValueKind);
        Assert.Equal(room.GetRawText(), (await ann.GetJsonAsync($"/api/rooms/{room.Text("id")}")).GetRawText());
    }

    [Fact]
    public async Task Public_names_are_unique_and_private_ones_are_not()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        await ann.MakeRoomAsync("Tea");
        await ann.MakeRoomAsync("Coffee", isPrivate: true);
        await ann.MakeRoomAsync("Coffee", isPrivate: true);
        await ann.MakeRoomAsync("coffee");

        await ProblemAssert.IsAsync(HttpStatusCode.Conflict, await ann.PostAsync("/api/rooms", new { name = " ＴＥＡ" }));
        await ProblemAssert.IsAsync(HttpStatusCode.Conflict, await ann.PostAsync("/api/rooms", new { name = "Tea", isPrivate = true }));
    }

    [Fact]
    public async Task Names_have_1_to_64_visible_code_points()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        await ann.MakeRoomAsync(string.Concat(Enumerable.Repeat("😀", 64)));
        await ProblemAssert.NamesFieldAsync("name", await ann.PostAsync("/api/rooms", new { name = new string('a', 65) }));
        await ProblemAssert.NamesFieldAsync("name", await ann.PostAsync("/api/rooms", new { name = "a\u200b" }));
        await ProblemAssert.NamesFieldAsync("name", await ann.PostAsync("/api/rooms", new { }));
    }

    [Fact]
    public async Task The_list_holds_public_rooms_and_ones_own_by_name_without_regard_to_case()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        await ann.MakeRoomAsync("beta");
        await ann.MakeRoomAsync("Alpha", isPrivate: true);
        await bob.MakeRoomAsync("Gamma");
        await bob.MakeRoomAsync("alpine", isPrivate: true);

        var rooms = await ann.GetJsonAsync("/api/rooms");

        Assert.Equal(["Alpha", "beta", "Gamma"], rooms.Texts("name"));
        Assert.Equal(["owner", "owner", null], rooms.Texts("role"));
    }

    [Fact]
    public async Task The_table_of_rights_holds_over_http()
    {
        await using var server = await ChatServer.StartAsync();
        using var owner = await TestUser.RegisterAsync(server, "Owner");
        using var member = await TestUser.RegisterAsync(server, "Member");
        using var other = await TestUser.RegisterAsync(server, "Other");
        using var stranger = await TestUser.RegisterAsync(server, "Stranger");
        using var anonymous = TestUser.Anonymous(server);
        var open = (await owner.MakeRoomAsync("Open")).Text("id")!;
        var closed = (await owner.MakeRoomAsync("Closed", isPrivate: true)).Text("id")!;
        foreach (var room in new[] { open, closed })
        {
            await owner.AdmitAsync(room, member);
            await owner.AdmitAsync(room, other);
        }

        // An invited user is a stranger until the invitation is accepted.
        await owner.InviteAsync(closed, stranger);
        (TestUser User, string Room, int Read, int TakePart, int Remove)[] rows =
        [
            (anonymous, open, 401, 401, 401), (anonymous, closed, 401, 401, 401),
            (stranger, open, 200, 403, 403), (stranger, closed, 404, 404, 404), (stranger, "no-such-room", 404, 404, 404),
            (member, open, 200, 400, 403), (member, closed, 200, 400, 403),
            (owner, open, 200, 400, 204), (owner, closed, 200, 400, 204),
        ];
        foreach (var (user, room, read, takePart, remove) in rows)
        {
            Assert.Equal(read, (int)(await user.GetAsync($"/api/rooms/{room}")).StatusCode);
            Assert.Equal(read, (int)(await user.GetAsync($"/api/rooms/{room}/messages")).StatusCode);
            Assert.Equal(read, (int)(await user.GetAsync($"/api/rooms/{room}/members")).StatusCode);
            Assert.Equal(takePart, (int)(await user.PutAsync($"/api/rooms/{room}/read", new { messageId = "unknown" })).StatusCode);
            Assert.Equal(takePart, (int)(await user.PostAsync($"/api/rooms/{room}/messages", new { content = "" })).StatusCode);
            Assert.Equal(takePart, (int)(await user.PostAsync($"/api/rooms/{room}/invitations", new { userName = "nobody" })).StatusCode);
            Assert.Equal(remove, (int)(await user.DeleteAsync($"/api/rooms/{room}/members/{other.Id}")).StatusCode);
        }
    }

    [Fact]
    public async Task Members_are_listed_by_name_without_regard_to_case()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "ann");
        using var zed = await TestUser.RegisterAsync(server, "Zed");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await zed.MakeRoomAsync("Tea", isPrivate: true)).Text("id")!;
        await zed.AdmitAsync(room, ann);
        await zed.AdmitAsync(room, bob);

        var members = await ann.GetJsonAsync($"/api/rooms/{room}/members");

        Assert.Equal(["ann", "Bob", "Zed"], members.Texts("userName"));
        Assert.Equal(["member", "member", "owner"], members.Texts("role"));
        Assert.Equal([ann.Id, bob.Id, zed.Id], members.Texts("userId"));
        Assert.All(members.EnumerateArray(), member => Assert.False(member.GetProperty("online").GetBoolean()));
    }

    [Fact]
    public async Task Members_leave_by_themselves_and_the_owner_cannot()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await ann.MakeRoomAsync("Tea", isPrivate: true)).Text("id")!;
        await ann.AdmitAsync(room, bob);

        await ProblemAssert.IsAsync(HttpStatusCode.Conflict, await ann.DeleteAsync($"/api/rooms/{room}/members/{ann.Id}"));
        Assert.Equal(HttpStatusCode.NoContent, (await bob.DeleteAsync($"/api/rooms/{room}/members/{bob.Id}")).StatusCode);
        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await bob.DeleteAsync($"/api/rooms/{room}/members/{bob.Id}"));
        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await ann.DeleteAsync($"/api/rooms/{room}/members/{bob.Id}"));
        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await bob.GetAsync($"/api/rooms/{room}"));
        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await ann.DeleteAsync($"/api/rooms/{room}/members/nobody"));
    }

    [Fact]
    public async Task Demo_rooms_are_made_once_and_belong_to_nobody()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 2; i++)
        {
            await using var server = await ChatServer.StartOnAsync(folder.File("chat.db"), "--SEED_DEMO=true");
            using var ann = await TestUser.RegisterAsync(server, $"Ann {i}");
            var rooms = await ann.GetJsonAsync("/api/rooms");
            Assert.Equal(["general", "help", "random"], rooms.Texts("name"));
            Assert.Equal([null, null, null], rooms.Texts("role"));
            Assert.Empty((await ann.GetJsonAsync($"/api/rooms/{rooms[0].Text("id")}/members")).EnumerateArray());
        }
    }
}
