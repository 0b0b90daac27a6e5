namespace Fanfare.WebSockets.Tests.Members;

/// <summary>Who comes and goes is told to the other plain members, once per connection, on whatever wire: product sections 4 and 12.</summary>
public sealed class NoticeTests
{
    private const string Joined = """{"type":"user_joined","userId":"u2","room":"open"}""";
    private const string Left = """{"type":"user_left","userId":"u2","room":"open"}""";

    [Fact]
    public async Task Join_leave_and_the_end_of_a_connection_are_told_once()
    {
        await using var server = await TestServer.StartAsync();
        await using var watcher = await PlainClient.JoinAsync(server, "u1");
        var client = await PlainClient.JoinAsync(server, "u2");
        await client.JoinAsync("open");
        await client.SendAsync("""{"type":"leave","room":"open"}""");
        await client.NextAsync();
        await client.JoinAsync("open");
        client.Break();

        foreach (var expected in new[] { Joined, Left, Joined, Left })
        {
            Assert.Equal(expected, await watcher.NextAsync());
        }

        await server.Meters.When("fanfare.connections.active", null, static sum => sum == 1);
        await watcher.ExpectNothingAsync();
        await client.DisposeAsync();
    }

    [Fact]
    public async Task Each_connection_of_a_user_is_told_by_itself_and_none_to_itself()
    {
        await using var server = await TestServer.StartAsync();
        await using var first = await PlainClient.JoinAsync(server, "u2");

        await using var second = await PlainClient.JoinAsync(server, "u2");

        Assert.Equal(Joined, await first.NextAsync());
        await second.ExpectNothingAsync();
        await second.CloseAsync();
        Assert.Equal(Left, await first.NextAsync());
    }

    [Fact]
    public async Task A_member_that_came_on_Socket_IO_is_told_and_is_told_nothing()
    {
        await using var server = await TestServer.StartAsync(static main => main.On("enter", static (Connection connection, string room) => connection.JoinAsync(room).AsTask()));
        await using var watcher = await PlainClient.JoinAsync(server, "u1");
        await using var peer = await SocketIOPeer.ConnectAsync(server, "u2");

        await peer.SendAsync("42[\"enter\",\"open\"]");
        Assert.Equal(Joined, await watcher.NextAsync());
        await using (await PlainClient.JoinAsync(server, "u3"))
        {
            Assert.Contains("\"u3\"", await watcher.NextAsync(), StringComparison.Ordinal);
        }

        Assert.Contains("user_left", await watcher.NextAsync(), StringComparison.Ordinal);
        await server.Main.To("open").Transient.EmitAsync("marker");
        Assert.Equal("42[\"marker\"]", await peer.NextAsync());
        Assert.StartsWith("""{"type":"marker",""", await watcher.NextAsync(), StringComparison.Ordinal);
        peer.Break();
        Assert.Equal(Left, await watcher.NextAsync());
    }

    [Fact]
    public async Task A_take_over_is_told_to_nobody()
    {
        await using var server = await TestServer.StartAsync(static main =>
        {
            main.Options.Recovery.IsEnabled = true;
            main.On("enter", static (Connection connection, string room) => connection.JoinAsync(room).AsTask());
        });
        await using var watcher = await PlainClient.JoinAsync(server, "u1");
        await using var stale = await SocketIOPeer.ConnectAsync(server, "u2");
        await stale.SendAsync("42[\"enter\",\"open\"]");
        Assert.Equal(Joined, await watcher.NextAsync());

        await using var back = await SocketIOPeer.ConnectAsync(server, "u2", stale.Pid);

        Assert.Equal(stale.Id, back.Id);
        Assert.Null(await stale.NextAsync());
        await watcher.ExpectNothingAsync();
        Assert.True(server.Main.Connections.Single(connection => connection.Id == back.Id).IsIn("open"));
    }

    [Fact]
    public async Task A_session_restored_after_its_loss_is_told_as_a_leave_and_a_join()
    {
        await using var server = await TestServer.StartAsync(static main =>
        {
            main.Options.Recovery.IsEnabled = true;
            main.On("enter", static (Connection connection, string room) => connection.JoinAsync(room).AsTask());
        });
        await using var watcher = await PlainClient.JoinAsync(server, "u1");
        await using var peer = await SocketIOPeer.ConnectAsync(server, "u2");
        await peer.SendAsync("42[\"enter\",\"open\"]");
        Assert.Equal(Joined, await watcher.NextAsync());
        peer.Break();
        Assert.Equal(Left, await watcher.NextAsync());

        await using var back = await SocketIOPeer.ConnectAsync(server, "u2", peer.Pid);

        Assert.Equal(Joined, await watcher.NextAsync());
        await watcher.ExpectNothingAsync();
    }

    [Fact]
    public async Task Whom_the_application_moves_is_told_too_and_the_rooms_of_users_never()
    {
        await using var server = await TestServer.StartAsync();
        await using var watcher = await PlainClient.JoinAsync(server, "u1");
        await using var client = await PlainClient.EnterAsync(server, "u2");
        await using var sameUser = await PlainClient.EnterAsync(server, "u2");

        await server.Main.To(client.ClientId).JoinAsync("open");
        Assert.Equal(Joined, await watcher.NextAsync());
        await server.Main.To(client.ClientId).LeaveAsync("open");
        Assert.Equal(Left, await watcher.NextAsync());

        await client.ExpectNothingAsync();
        await sameUser.ExpectNothingAsync();
    }

    [Fact]
    public async Task Notices_are_never_stored()
    {
        await using var server = await TestServer.StartAsync();
        await using var first = await PlainClient.EnterAsync(server, "u1");
        var cursor = await first.JoinAsync("open");
        await using (await PlainClient.JoinAsync(server, "u2"))
        {
            Assert.Equal(Joined, await first.NextAsync());
        }

        Assert.Equal(Left, await first.NextAsync());
        Assert.Equal(
            $$"""{"type":"joined","room":"open","cursor":"{{cursor}}","recovered":true}""",
            await first.AskAsync($$"""{"type":"join","room":"open","since":"{{cursor}}"}"""));
        Assert.Equal(0, server.Main.HistoryCount);
    }

    [Fact]
    public async Task The_application_is_told_once_each_on_every_wire()
    {
        var told = new Recorder<string>();
        await using var server = await TestServer.StartAsync(main =>
        {
            main.Joined += (connection, room) => told.Add($"+{connection.Transport} {room}");
            main.Left += (connection, room) => told.Add($"-{connection.Transport} {room}");
            main.On("enter", static (Connection connection, string room) => connection.JoinAsync(room).AsTask());
        });
        await using (var client = await PlainClient.EnterAsync(server, "u1"))
        {
            await client.JoinAsync("open");
            await client.JoinAsync("open");
            Assert.Equal("+plain open", await told.Next());
        }

        Assert.Equal("-plain open", await told.Next());
        await using (var peer = await SocketIOPeer.ConnectAsync(server, "u2"))
        {
            await peer.SendAsync("42[\"enter\",\"open\"]");
            Assert.Equal("+websocket open", await told.Next());
        }

        Assert.Equal("-websocket open", await told.Next());
    }

    [Fact]
    public async Task Without_the_option_nobody_is_told_also_beside_an_endpoint_with_it()
    {
        await using var server = await TestServer.StartAsync(map: static app => Microsoft.AspNetCore.Builder.RoomsEndpointRouteBuilderExtensions.MapRooms(
            app, "/quiet", configure: static options =>
            {
                options.SendsNotices = false;
                options.MaxConnectionsPerAddress = 0;
            }));
        await using var loud = await PlainClient.JoinAsync(server, "u1");
        await using var quiet = await PlainClient.EnterAsync(server, "u3", "/quiet");
        await quiet.JoinAsync("open");
        Assert.Contains("\"u3\"", await loud.NextAsync(), StringComparison.Ordinal);

        await using var client = await PlainClient.JoinAsync(server, "u2");

        Assert.Equal(Joined, await loud.NextAsync());
        await quiet.ExpectNothingAsync();
    }
}
