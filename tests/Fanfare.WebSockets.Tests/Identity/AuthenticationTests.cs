namespace Fanfare.WebSockets.Tests.Identity;

/// <summary>Who a client is, first and again: product sections 4 and 12.</summary>
public sealed class AuthenticationTests
{
    [Theory]
    [InlineData("""{"type":"authenticate","token":"!"}""", "unauthorized")]
    [InlineData("""{"type":"authenticate","token":""}""", "unauthorized")]
    [InlineData("""{"type":"authenticate"}""", "unauthorized")]
    [InlineData("""{"type":"authenticate","token":{"id":"u1"}}""", "unauthorized")]
    [InlineData("""{"type":"authenticate","userId":"u1"}""", "unauthorized")]
    [InlineData("""{"type":"refresh","token":"!"}""", "unauthorized")]
    [InlineData("""{"type":"authenticate","token":"u1@1000"}""", "expired")]
    [InlineData("""{"type":"refresh","token":"u1@1000"}""", "expired")]
    public async Task A_refused_client_is_told_and_may_try_again(string text, string code)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.ConnectAsync(server);

        for (var i = 0; i < 20; i++)
        {
            await client.SendAsync(text);
            Assert.Equal(code, await client.NextErrorAsync());
        }

        await client.AuthenticateAsync("u1");
        Assert.Equal(1, server.Main.ConnectionCount);
    }

    [Theory]
    [InlineData("authenticate", "u2", "unauthorized")]
    [InlineData("refresh", "u2", "unauthorized")]
    [InlineData("refresh", "!", "unauthorized")]
    [InlineData("authenticate", "u1@1000", "expired")]
    [InlineData("refresh", "u1@1000", "expired")]
    public async Task On_a_live_connection_a_refused_token_changes_nothing(string type, string token, string code)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.JoinAsync(server, "u1");

        await client.SendAsync($$"""{"type":"{{type}}","token":"{{token}}","since":"{{server.Main.History.Head}}"}""");

        Assert.Equal(code, await client.NextErrorAsync());
        Assert.Equal("u1", server.Main.Connections.Single().User.Id);
        await server.Main.To(User.RoomOf("u2")).Transient.EmitAsync("not_mine");
        await server.Main.To(User.RoomOf("u1")).Transient.EmitAsync("mine");
        Assert.Equal("""{"type":"mine","args":[]}""", await client.NextAsync());
    }

    [Fact]
    public async Task Without_an_authenticator_nobody_gets_in_by_saying_who_it_is()
    {
        await using var server = await TestServer.StartAsync(isGuarded: false);
        await using var client = await PlainClient.ConnectAsync(server);

        await client.SendAsync("""{"type":"authenticate","token":"u1"}""");
        await client.SendAsync("""{"type":"authenticate","userId":"u1"}""");

        Assert.Equal("unauthorized", await client.NextErrorAsync());
        Assert.Equal("unauthorized", await client.NextErrorAsync());
    }

    [Fact]
    public async Task A_bare_user_id_is_taken_only_where_the_option_says_so_and_the_authenticator_agrees()
    {
        await using var server = await TestServer.StartAsync(
            static main => main.Authenticate(static handshake => ValueTask.FromResult(handshake.AuthText("userId") is "u1" ? new User("u1") : null)),
            static options => options.AcceptsUserIds = true);
        await using var client = await PlainClient.ConnectAsync(server);

        await client.SendAsync("""{"type":"authenticate","userId":"u2"}""");
        await client.SendAsync("""{"type":"authenticate","userId":""}""");
        await client.SendAsync("""{"type":"authenticate","userId":1}""");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("unauthorized", await client.NextErrorAsync());
        }

        Assert.StartsWith("""{"type":"authenticated","userId":"u1",""", await client.AskAsync("""{"type":"authenticate","userId":"u1"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_authenticator_that_throws_is_internal_and_refuses_with_the_text_it_means()
    {
        await using var server = await TestServer.StartAsync(static main => main.Authenticate(static handshake => handshake.AuthText("token") switch
        {
            "broken" => throw new InvalidOperationException("a secret"),
            "banned" => throw new ConnectException("banned until tomorrow"),
            var token => ValueTask.FromResult(TestServer.UserOf(token)),
        }));
        await using var client = await PlainClient.ConnectAsync(server);

        Assert.StartsWith("""{"type":"error","code":"internal",""", await client.AskAsync("""{"type":"authenticate","token":"broken"}"""), StringComparison.Ordinal);
        Assert.Equal("""{"type":"error","code":"unauthorized","message":"banned until tomorrow","ref":1}""", await client.AskAsync("""{"type":"authenticate","token":"banned","ref":1}"""));
        await client.AuthenticateAsync("u1");
        Assert.Single(server.Logs.Of("AuthenticationFailed"));
    }

    [Fact]
    public async Task A_token_in_the_header_is_answered_unasked()
    {
        await using var server = await TestServer.StartAsync();

        await using var client = await PlainClient.ConnectAsync(server, headers: ("Authorization", "Bearer u1"));

        Assert.Equal($$"""{"type":"authenticated","userId":"u1","cursor":"{{server.Main.History.Head}}"}""", await client.NextAsync());
        await client.JoinAsync("open");
    }

    [Fact]
    public async Task After_a_token_in_the_header_authenticate_with_since_replays_as_usual()
    {
        await using var server = await TestServer.StartAsync();
        var since = server.Main.History.Head;
        var missed = await server.Main.To(User.RoomOf("u1")).EmitAsync("mail", 1);
        await using var client = await PlainClient.ConnectAsync(server, headers: ("Authorization", "bearer u1"));
        Assert.StartsWith("""{"type":"authenticated",""", await client.NextAsync(), StringComparison.Ordinal);

        await client.SendAsync($$"""{"type":"authenticate","token":"u1","since":"{{since}}"}""");

        Assert.Equal($$"""{"type":"mail","args":[1],"cursor":"{{missed}}"}""", await client.NextAsync());
        Assert.Equal($$"""{"type":"authenticated","userId":"u1","cursor":"{{missed}}","recovered":true}""", await client.NextAsync());
    }

    [Theory]
    [InlineData("Bearer !")]
    [InlineData("Bearer u1@1000")]
    [InlineData("Bearer")]
    [InlineData("Basic dTE6cHc=")]
    [InlineData("u1")]
    public async Task A_bad_header_is_401_before_the_upgrade(string value)
    {
        await using var server = await TestServer.StartAsync();

        await using var client = await RawClient.ConnectAsync(server, "Authorization: " + value);

        Assert.Equal(401, client.Status);
        Assert.Contains("WWW-Authenticate: Bearer", client.Head, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, server.Meters.Sum("fanfare.sessions.active"));
    }

    [Fact]
    public async Task A_user_of_the_request_needs_to_say_nothing_more()
    {
        await using var server = await TestServer.StartAsync(
            static main => main.AuthorizeRooms(static (_, _) => ValueTask.FromResult(true)), services: RequestUsers.Add, isGuarded: false);
        var origin = $"http://127.0.0.1:{server.Port}";

        await using var client = await PlainClient.ConnectAsync(server, headers: [("Cookie", "user=u1"), ("Origin", origin)]);

        Assert.StartsWith("""{"type":"authenticated","userId":"u1",""", await client.NextAsync(), StringComparison.Ordinal);
        await client.JoinAsync("any");
    }

    [Fact]
    public async Task Tokens_are_in_no_log_line()
    {
        await using var server = await TestServer.StartAsync();
        const string Marker = "mark3r-t0ken";
        await using (await PlainClient.ConnectAsync(server, headers: ("Authorization", "Bearer " + Marker)))
        {
        }

        await using (var client = await PlainClient.EnterAsync(server, Marker))
        {
            await client.SendAsync($$"""{"type":"refresh","token":"!{{Marker}}"}""");
            await client.NextErrorAsync();
        }

        await using (await RawClient.ConnectAsync(server, "Authorization: Bearer !" + Marker))
        {
        }

        await server.Meters.WhenAllAreGone();
        Assert.DoesNotContain(server.Logs.Lines, static line => line.Text.Contains(Marker, StringComparison.Ordinal) || line.Exception?.ToString().Contains(Marker, StringComparison.Ordinal) == true);
    }
}
