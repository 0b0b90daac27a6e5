using System.Net;
using System.Net.WebSockets;

namespace Fanfare.Chat.Tests;

/// <summary>Who comes in at <c>/ws</c>, and when that ends.</summary>
public sealed class PlainEntryTests(SharedServer shared) : RoomOfAnn(shared)
{
    [Fact]
    public async Task A_token_in_the_header_is_enough_and_a_bad_one_is_401()
    {
        await using var plain = await PlainSocket.OpenAsync(Server, Ann.AccessToken);
        Assert.Equal(Ann.Id, (await plain.NextAsync("authenticated")).Text("userId"));
        await plain.HearsNothingAsync();

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => PlainSocket.OpenAsync(Server, "nonsense"));
        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"nonsense\"")]
    [InlineData("5")]
    [InlineData("null")]
    public async Task Without_a_good_token_nobody_comes_in(string token)
    {
        await using var plain = await PlainSocket.OpenAsync(Server);
        await plain.SendTextAsync($$"""{"type":"authenticate","token":{{token}}}""");
        Assert.Equal("unauthorized", (await plain.NextAsync("error")).Text("code"));
        await plain.SendTextAsync("""{"type":"message","room":"a","content":"a"}""");
        Assert.Equal("unauthorized", (await plain.NextAsync("error")).Text("code"));
    }

    [Fact]
    public async Task A_foreign_origin_is_refused_and_a_listed_one_is_not()
    {
        await using var server = await ChatServer.StartAsync("--ALLOWED_ORIGINS=https://friend.example");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        await using var plain = await PlainSocket.OpenAsync(server, origin: "https://friend.example");
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => PlainSocket.OpenAsync(server, ann.AccessToken, "https://evil.example"));
        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_ends_at_exp_and_a_refresh_moves_that_end()
    {
        await using var server = await ChatServer.StartAsync("--Auth:AccessTokenSeconds=10");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        await using var renewed = await PlainSocket.OpenAsync(server, ann);
        await using var forgotten = await PlainSocket.OpenAsync(server, ann);
        var expired = ann.AccessToken;
        server.Clock.Advance(TimeSpan.FromSeconds(5));
        await ann.RefreshAsync();

        await renewed.SendAsync(new { type = "refresh", token = bob.AccessToken });
        Assert.Equal("unauthorized", (await renewed.NextAsync("error")).Text("code"));
        await renewed.SendAsync(new { type = "refresh", token = ann.AccessToken });
        Assert.Equal(ann.Id, (await renewed.NextAsync("authenticated")).Text("userId"));

        server.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(4401, await forgotten.Closed);
        await renewed.SendAsync(new { type = "refresh", token = expired });
        Assert.Equal("expired", (await renewed.NextAsync("error")).Text("code"));
        await using var late = await PlainSocket.OpenAsync(server);
        await late.SendAsync(new { type = "authenticate", token = expired });
        Assert.Equal("expired", (await late.NextAsync("error")).Text("code"));
    }

    [Fact]
    public async Task The_end_of_a_sign_in_ends_its_connections_also_those_renewed_with_its_token()
    {
        using var elsewhere = await Ann.SignInAgainAsync(Server);
        await using var here = await PlainSocket.OpenAsync(Server, Ann);
        await using var there = await PlainSocket.OpenAsync(Server, elsewhere);
        await using var moved = await PlainSocket.OpenAsync(Server, elsewhere);
        await moved.SendAsync(new { type = "refresh", token = Ann.AccessToken });
        await moved.NextAsync("authenticated");

        await Ann.LogOutAsync();

        Assert.Equal(4403, await here.Closed);
        Assert.Equal(4403, await moved.Closed);
        await there.HearsNothingAsync();
    }

    [Fact]
    public async Task Connections_of_all_wires_count_for_the_user()
    {
        await using var server = await ChatServer.StartAsync("--Limits:ConnectionsPerUser=2");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        await using var first = await ChatSocket.OpenAsync(server, ann);
        await using var second = await PlainSocket.OpenAsync(server, ann);
        await using var third = await PlainSocket.OpenAsync(server);
        await third.SendAsync(new { type = "authenticate", token = ann.AccessToken });
        Assert.Equal("too_many", (await third.NextAsync("error")).Text("code"));
        Assert.Equal(4429, await third.Closed);
        await using var socket = await ChatSocket.OpenAsync(server, ann);
        Assert.True(socket.IsRefused);
    }

    [Fact]
    public async Task Connections_of_all_wires_count_for_the_address_and_each_wire_answers_429()
    {
        await using var server = await ChatServer.StartAsync("--Limits:ConnectionsPerAddress=3");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        await using var socket = await ChatSocket.OpenAsync(server, ann);
        await using var plain = await PlainSocket.OpenAsync(server, ann);
        await using var stream = await EventStream.OpenAsync(server, ann, "/events/user");

        await using var secondStream = await EventStream.OpenAsync(server, "/events", request => request.Headers.Authorization = new("Bearer", ann.AccessToken));
        using var poll = await ann.GetAsync("/socket.io/?EIO=4&transport=polling");
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => PlainSocket.OpenAsync(server));

        Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests), (secondStream.Status, poll.StatusCode));
        Assert.NotNull(secondStream.Headers!.RetryAfter);
        Assert.NotNull(poll.Headers.RetryAfter);
        Assert.Contains("429", refused.Message, StringComparison.Ordinal);
        await ann.GetJsonAsync("/api/rooms");
    }

    [Fact]
    public async Task A_plain_connection_is_presence()
    {
        await AdmitBobAsync();
        await using var listener = await PlainSocket.OpenInAsync(Server, Ann, Room);

        await using var plain = await PlainSocket.OpenAsync(Server, Bob);
        Assert.Equal((Bob.Id, true), (await listener.NextAsync("presence")) is var came ? (came.Text("userId"), came.GetProperty("online").GetBoolean()) : default);
        await plain.BreakAsync();
        Server.Clock.Advance(TimeSpan.FromSeconds(1.9));
        await listener.HearsNothingAsync();
        Server.Clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.False((await listener.NextAsync("presence")).GetProperty("online").GetBoolean());
    }
}
