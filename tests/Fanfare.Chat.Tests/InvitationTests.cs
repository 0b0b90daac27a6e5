using System.Net;

namespace Fanfare.Chat.Tests;

public sealed class InvitationTests
{
    [Fact]
    public async Task An_invitation_is_open_until_it_is_accepted()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await ann.MakeRoomAsync("Tea", isPrivate: true)).Text("id")!;

        var invitation = await ann.InviteAsync(room, bob);
        Assert.Equal((room, "Tea"), (invitation.Text("roomId"), invitation.Text("roomName")));
        Assert.Equal((bob.Id, "Bob"), (invitation.Text("userId"), invitation.Text("userName")));
        Assert.Equal((ann.Id, "Ann"), (invitation.GetProperty("invitedBy").Text("userId"), invitation.GetProperty("invitedBy").Text("userName")));

        using var again = await ann.PostAsync($"/api/rooms/{room}/invitations", new { userName = " bOB " });
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(invitation.GetRawText(), (await TestUser.JsonOf(again)).GetRawText());
        Assert.Equal(invitation.GetRawText(), Assert.Single((await bob.GetJsonAsync("/api/invitations")).EnumerateArray()).GetRawText());
        Assert.Empty((await ann.GetJsonAsync("/api/invitations")).EnumerateArray());

        using var accepted = await bob.PostAsync($"/api/invitations/{invitation.Text("id")}/accept", new { });
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        Assert.Equal("member", (await TestUser.JsonOf(accepted)).Text("role"));
        Assert.Empty((await bob.GetJsonAsync("/api/invitations")).EnumerateArray());
        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await bob.PostAsync($"/api/invitations/{invitation.Text("id")}/accept", new { }));
        await ProblemAssert.IsAsync(HttpStatusCode.Conflict, await ann.PostAsync($"/api/rooms/{room}/invitations", new { userName = "Bob" }));
        await ProblemAssert.IsAsync(HttpStatusCode.Conflict, await ann.PostAsync($"/api/rooms/{room}/invitations", new { userName = "Ann" }));
    }

    [Fact]
    public async Task Who_joined_a_public_room_is_invited_to_it_no_longer()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        var invitation = (await ann.InviteAsync(room, bob)).Text("id");
        await using (var socket = await ChatSocket.OpenAsync(server, bob))
        {
            await socket.AskAsync("join_room", room);
        }

        Assert.Empty((await bob.GetJsonAsync("/api/invitations")).EnumerateArray());

        // A page that shows it still may accept it.
        using var accepted = await bob.PostAsync($"/api/invitations/{invitation}/accept", new { });
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
    }

    [Fact]
    public async Task To_leave_for_good_brings_no_invitation_back()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await ann.InviteAsync(room, bob);
        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await bob.DeleteAsync($"/api/rooms/{room}/members/{bob.Id}"));
        Assert.Single((await bob.GetJsonAsync("/api/invitations")).EnumerateArray());
        await using (var socket = await ChatSocket.OpenAsync(server, bob))
        {
            await socket.AskAsync("join_room", room);
        }

        Assert.Equal(HttpStatusCode.NoContent, (await bob.DeleteAsync($"/api/rooms/{room}/members/{bob.Id}")).StatusCode);
        Assert.Empty((await bob.GetJsonAsync("/api/invitations")).EnumerateArray());

        using var again = await ann.PostAsync($"/api/rooms/{room}/invitations", new { userName = "Bob" });
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
    }

    [Fact]
    public async Task Acceptance_needs_no_body()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var invitation = await ann.InviteAsync((await ann.MakeRoomAsync("Tea")).Text("id")!, bob);
        using var accepted = await bob.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/api/invitations/{invitation.Text("id")}/accept"));
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
    }

    [Fact]
    public async Task Only_the_invited_and_the_inviter_can_touch_an_invitation()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        using var eve = await TestUser.RegisterAsync(server, "Eve");
        var first = (await ann.MakeRoomAsync("Tea", isPrivate: true)).Text("id")!;
        var second = (await ann.MakeRoomAsync("Coffee", isPrivate: true)).Text("id")!;
        var declined = (await ann.InviteAsync(first, bob)).Text("id");
        var withdrawn = (await ann.InviteAsync(second, bob)).Text("id");
        Assert.Equal([withdrawn, declined], (await bob.GetJsonAsync("/api/invitations")).Texts("id"));

        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await eve.PostAsync($"/api/invitations/{declined}/accept", new { }));
        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await ann.PostAsync($"/api/invitations/{declined}/accept", new { }));
        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await eve.DeleteAsync($"/api/invitations/{declined}"));
        Assert.Equal(HttpStatusCode.NoContent, (await bob.DeleteAsync($"/api/invitations/{declined}")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await ann.DeleteAsync($"/api/invitations/{withdrawn}")).StatusCode);
        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await bob.DeleteAsync($"/api/invitations/{declined}"));
        Assert.Empty((await bob.GetJsonAsync("/api/invitations")).EnumerateArray());
    }

    [Fact]
    public async Task Nobody_with_that_name_is_a_fault_of_the_field()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await ProblemAssert.NamesFieldAsync("userName", await ann.PostAsync($"/api/rooms/{room}/invitations", new { userName = "Bob" }));
        await ProblemAssert.NamesFieldAsync("userName", await ann.PostAsync($"/api/rooms/{room}/invitations", new { }));
    }
}
