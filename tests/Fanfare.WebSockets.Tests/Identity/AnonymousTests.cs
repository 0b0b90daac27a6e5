namespace Fanfare.WebSockets.Tests.Identity;

/// <summary>Rooms that are open to everybody, in two lines: issue 4 section 1.</summary>
public sealed class AnonymousTests
{
    [Fact]
    public async Task An_open_server_needs_no_authenticate_and_opens_what_fits_the_pattern()
    {
        var seen = new Recorder<string?>();
        await using var server = await TestServer.StartAsync(
            main =>
            {
                main.OpenRooms("open-*");
                main.OnConnection(connection => seen.Add(connection.User.Id));
            },
            isGuarded: false);
        await using var client = await PlainClient.ConnectAsync(server);
        Assert.Null(await seen.Next());

        await client.JoinAsync("open-1");
        await client.SendAsync("""{"type":"join","room":"closed"}""");

        Assert.Equal("forbidden", await client.NextErrorAsync());
    }

    [Fact]
    public async Task Somebody_without_a_name_is_known_by_its_client_id()
    {
        await using var server = await TestServer.StartAsync(static main => main.OpenRooms("*"), isGuarded: false);
        await using var first = await PlainClient.ConnectAsync(server);
        await first.JoinAsync("open");
        await using var second = await PlainClient.ConnectAsync(server);
        await second.JoinAsync("open");

        Assert.Equal($$"""{"type":"user_joined","userId":"{{second.ClientId}}","room":"open"}""", await first.NextAsync());
        await second.SendAsync("""{"type":"message","room":"open","content":1}""");
        Assert.Equal(second.ClientId, (await first.NextJsonAsync()).GetProperty("from").GetString());
        await second.CloseAsync();
        Assert.Equal($$"""{"type":"user_left","userId":"{{second.ClientId}}","room":"open"}""", await first.NextAsync());
    }

    [Fact]
    public async Task Who_has_a_name_may_still_tell_it_before_it_joins()
    {
        await using var server = await TestServer.StartAsync(static main => main.Options.AllowAnonymous = true);
        await using var other = await PlainClient.ConnectAsync(server);
        await other.JoinAsync("open");
        await using var client = await PlainClient.ConnectAsync(server);

        await client.AuthenticateAsync("u1");
        await client.JoinAsync("open");

        Assert.Equal("""{"type":"user_joined","userId":"u1","room":"open"}""", await other.NextAsync());
        await server.Main.To(User.RoomOf("u1")).Transient.EmitAsync("mail");
        Assert.Equal("""{"type":"mail","args":[]}""", await client.NextAsync());
        await client.SendAsync("""{"type":"authenticate","token":"u2"}""");
        Assert.Equal("unauthorized", await client.NextErrorAsync());
        await other.SendAsync("""{"type":"authenticate","token":"u3"}""");
        Assert.Equal("unauthorized", await other.NextErrorAsync());
    }

    [Fact]
    public async Task Who_tells_its_name_late_hears_with_since_what_its_user_missed()
    {
        await using var server = await TestServer.StartAsync(static main => main.Options.AllowAnonymous = true);
        var since = server.Main.History.Head;
        var mail = await server.Main.To(User.RoomOf("u1")).EmitAsync("mail", 1);
        await using var client = await PlainClient.ConnectAsync(server);

        await client.SendAsync($$"""{"type":"authenticate","token":"u1","since":"{{since}}"}""");

        Assert.Equal($$"""{"type":"mail","args":[1],"cursor":"{{mail}}"}""", await client.NextAsync());
        Assert.Equal($$"""{"type":"authenticated","userId":"u1","cursor":"{{mail}}","recovered":true}""", await client.NextAsync());
    }

    [Fact]
    public async Task Connections_of_a_user_are_counted_also_when_it_tells_its_name_late()
    {
        await using var server = await TestServer.StartAsync(static main =>
        {
            main.Options.AllowAnonymous = true;
            main.Options.Limits.MaxConnectionsPerUser = 1;
        });
        await using var first = await PlainClient.EnterAsync(server, "u1");
        await using var second = await PlainClient.ConnectAsync(server);

        await second.SendAsync("""{"type":"authenticate","token":"u1"}""");

        Assert.Equal("too_many", await second.NextErrorAsync());
        await second.ExpectCloseAsync(4429, "too many connections");
    }
}
