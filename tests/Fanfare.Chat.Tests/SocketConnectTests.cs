using System.Globalization;

namespace Fanfare.Chat.Tests;

public sealed class SocketConnectTests(SharedServer shared) : RoomOfAnn(shared)
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"token":"nonsense"}""")]
    [InlineData("""{"token":5}""")]
    [InlineData("""{"token":null}""")]
    public async Task Without_a_good_token_nobody_comes_in(string auth)
    {
        await using var socket = await ChatSocket.OpenWithAsync(Server, auth);
        Assert.Equal("unauthorized", socket.Answer.Text("message"));
    }

    [Fact]
    public async Task Beyond_the_limit_per_user_another_connection_is_refused()
    {
        await using var server = await ChatServer.StartAsync("--Limits:ConnectionsPerUser=2");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        await using var first = await ChatSocket.OpenAsync(server, ann);
        await using var second = await ChatSocket.OpenAsync(server, ann);
        await using var third = await ChatSocket.OpenAsync(server, ann);
        Assert.False(second.IsRefused);
        Assert.Equal("too many connections", third.Answer.Text("message"));
    }

    [Fact]
    public async Task A_socket_ends_at_exp_and_a_refresh_moves_that_end()
    {
        await using var server = await ChatServer.StartAsync("--Auth:AccessTokenSeconds=10");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        await using var renewed = await ChatSocket.OpenAsync(server, ann);
        await using var forgotten = await ChatSocket.OpenAsync(server, ann);
        var expired = ann.AccessToken;

        // All of it within the first 25 s, before a heartbeat is due.
        server.Clock.Advance(TimeSpan.FromSeconds(5));
        await ann.RefreshAsync();
        var ack = await renewed.AskAsync("refresh", new { token = ann.AccessToken });
        Assert.True(ack.GetProperty("ok").GetBoolean());
        Assert.Equal(ann.Session.Text("expiresAt"), ack.Text("expiresAt"));

        server.Clock.Advance(TimeSpan.FromSeconds(6));
        await forgotten.Disconnected;
        Assert.Equal("expired", (await renewed.AskAsync("refresh", new { token = expired })).Text("error"));
        Assert.False(renewed.IsDisconnected);

        server.Clock.SetUtcNow(DateTimeOffset.Parse(ann.Session.Text("expiresAt")!, CultureInfo.InvariantCulture).AddSeconds(1));
        await renewed.Disconnected;
    }

    [Fact]
    public async Task A_refresh_with_a_bad_or_another_users_token_changes_nothing()
    {
        await using var socket = await ChatSocket.OpenAsync(Server, Ann);

        Assert.Equal("unauthorized", (await socket.AskAsync("refresh", new { token = Bob.AccessToken })).Text("error"));
        Assert.Equal("unauthorized", (await socket.NextAsync("error")).Text("message"));
        Assert.Equal("unauthorized", (await socket.AskAsync("refresh", new { token = "nonsense" })).Text("error"));
        Assert.Equal("Invalid request", (await socket.AskAsync("refresh", new { })).Text("error"));
        Assert.Equal("Invalid request", (await socket.AskAsync("refresh", Ann.AccessToken)).Text("error"));
    }

    [Fact]
    public async Task The_end_of_a_sign_in_ends_its_sockets_and_no_others()
    {
        using var elsewhere = await Ann.SignInAgainAsync(Server);
        await using var here = await ChatSocket.OpenAsync(Server, Ann);
        await using var there = await ChatSocket.OpenAsync(Server, elsewhere);

        await Ann.LogOutAsync();

        await here.Disconnected;
        await there.HearsNothingAsync();
        await using var again = await ChatSocket.OpenAsync(Server, Ann);
        Assert.Equal("unauthorized", again.Answer.Text("message"));
    }

    [Fact]
    public async Task A_reused_refresh_token_ends_the_sockets_of_its_sign_in()
    {
        await using var socket = await ChatSocket.OpenAsync(Server, Ann);
        using var first = await Ann.PostAsync("/api/auth/refresh", new { refreshToken = Ann.RefreshToken });
        using var second = await Ann.PostAsync("/api/auth/refresh", new { refreshToken = Ann.RefreshToken });
        await socket.Disconnected;
    }

    [Fact]
    public async Task A_socket_that_took_the_token_of_another_sign_in_ends_with_that_one()
    {
        using var elsewhere = await Ann.SignInAgainAsync(Server);
        await using var socket = await ChatSocket.OpenAsync(Server, Ann);
        Assert.True((await socket.AskAsync("refresh", new { token = elsewhere.AccessToken })).GetProperty("ok").GetBoolean());

        await Ann.LogOutAsync();
        await socket.HearsNothingAsync();
        await elsewhere.LogOutAsync();
        await socket.Disconnected;
    }
}
