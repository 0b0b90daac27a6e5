namespace Fanfare.WebSockets.Tests.History;

/// <summary>What a client missed comes once and in order, or it is told that it cannot: product sections 4, 7 and 12.</summary>
public sealed class ReplayTests
{
    [Fact]
    public async Task What_was_missed_in_a_room_comes_once_and_in_order_ones_own_messages_too()
    {
        await using var server = await TestServer.StartAsync();
        var client = await PlainClient.EnterAsync(server, "u1");
        var cursor = await client.JoinAsync("open");
        await client.SendAsync("""{"type":"message","room":"open","content":"own"}""");
        await client.ExpectNothingAsync();
        client.Break();
        for (var i = 0; i < 20; i++)
        {
            await server.Main.To(i % 2 == 0 ? "open" : "open-other").EmitAsync("n", i);
        }

        await using var back = await PlainClient.EnterAsync(server, "u1");
        await back.SendAsync($$"""{"type":"join","room":"open","since":"{{cursor}}","ref":1}""");

        var own = await back.NextJsonAsync();
        Assert.Equal(("own", "u1"), (own.GetProperty("content").GetString(), own.GetProperty("from").GetString()));
        for (var i = 0; i < 20; i += 2)
        {
            Assert.StartsWith($$"""{"type":"n","args":[{{i}}],"cursor":""", await back.NextAsync(), StringComparison.Ordinal);
        }

        Assert.Equal($$"""{"type":"joined","room":"open","cursor":"{{server.Main.History.Head}}","recovered":true,"ref":1}""", await back.NextAsync());
        await back.ExpectNothingAsync();
        await client.DisposeAsync();
    }

    [Fact]
    public async Task A_replayed_message_looks_as_it_did_live()
    {
        await using var server = await TestServer.StartAsync();
        await using var live = await PlainClient.EnterAsync(server, "u1");
        var cursor = await live.JoinAsync("open");
        await server.Main.To("open").EmitAsync("a", new { x = 1, data = new byte[] { 1, 2 } });
        await server.Main.To("open").EmitAsync("error", 1, "two");
        await server.Main.To(["open", "open-2"]).EmitAsync("b", 1);
        var seen = new List<string?> { await live.NextAsync(), await live.NextAsync(), await live.NextAsync() };

        await using var back = await PlainClient.EnterAsync(server, "u2");
        await back.SendAsync($$"""{"type":"join","room":"open","since":"{{cursor}}"}""");

        Assert.Equal(seen, [await back.NextAsync(), await back.NextAsync(), await back.NextAsync()]);
    }

    [Fact]
    public async Task Several_rooms_are_one_replay_in_order_and_then_one_answer_each()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server);
        var since = server.Main.History.Head;
        for (var i = 0; i < 30; i++)
        {
            await server.Main.To(i % 5 == 0 ? ["open-a", "open-b"] : [i % 2 == 0 ? "open-a" : "open-b"]).EmitAsync("n", i);
        }

        await client.SendAsync($$"""{"type":"join","rooms":["open-a","open-b","secret"],"since":"{{since}}","ref":1}""");

        Assert.Equal("forbidden", await client.NextErrorAsync());
        for (var i = 0; i < 30; i++)
        {
            Assert.StartsWith($$"""{"type":"n","args":[{{i}}],"cursor":""", await client.NextAsync(), StringComparison.Ordinal);
        }

        Assert.Equal($$"""{"type":"joined","room":"open-a","cursor":"{{server.Main.History.Head}}","recovered":true,"ref":1}""", await client.NextAsync());
        Assert.Equal($$"""{"type":"joined","room":"open-b","cursor":"{{server.Main.History.Head}}","recovered":true,"ref":1}""", await client.NextAsync());
        await client.ExpectNothingAsync();
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("otherepoch-5")]
    [InlineData("{epoch}-999999")]
    [InlineData("{epoch}-99999999999999999999")]
    [InlineData("{epoch}--1")]
    [InlineData("{epoch}-1x")]
    [InlineData("{epoch}-")]
    [InlineData("{epoch}-+0")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-1")]
    public async Task A_position_that_is_unreadable_foreign_or_ahead_is_not_recovered_for_epoch(string since)
    {
        await using var server = await TestServer.StartAsync();
        await server.Main.To("open").EmitAsync("n", 1);
        await using var client = await PlainClient.EnterAsync(server);
        since = since.Replace("{epoch}", server.Main.History.Head.Epoch, StringComparison.Ordinal);

        Assert.Equal(
            $$"""{"type":"joined","room":"open","cursor":"{{server.Main.History.Head}}","recovered":false,"reason":"epoch"}""",
            await client.AskAsync($$"""{"type":"join","room":"open","since":"{{since}}"}"""));
        Assert.Equal(
            $$"""{"type":"authenticated","userId":"u1","cursor":"{{server.Main.History.Head}}","recovered":false,"reason":"epoch"}""",
            await client.AskAsync($$"""{"type":"authenticate","token":"u1","since":"{{since}}"}"""));
        await client.ExpectNothingAsync();
        Assert.Equal(2, server.Meters.Sum("fanfare.recoveries", "epoch"));
    }

    [Fact]
    public async Task What_was_trimmed_is_told_for_that_room_and_the_others_are_shown()
    {
        await using var server = await TestServer.StartAsync(static main => main.Options.History.MaxCountPerRoom = 5);
        await using var client = await PlainClient.EnterAsync(server);
        var since = server.Main.History.Head;
        var quiet = await server.Main.To("open-quiet").EmitAsync("n", 1);
        for (var i = 0; i < 6; i++)
        {
            await server.Main.To("open-busy").EmitAsync("n", i);
        }

        await client.SendAsync($$"""{"type":"join","rooms":["open-busy","open-quiet"],"since":"{{since}}"}""");

        Assert.Equal($$"""{"type":"n","args":[1],"cursor":"{{quiet}}","room":"open-quiet"}""", await client.NextAsync());
        Assert.Equal($$"""{"type":"joined","room":"open-busy","cursor":"{{server.Main.History.Head}}","recovered":false,"reason":"trimmed"}""", await client.NextAsync());
        Assert.Equal($$"""{"type":"joined","room":"open-quiet","cursor":"{{server.Main.History.Head}}","recovered":true}""", await client.NextAsync());
    }

    [Fact]
    public async Task What_was_too_old_is_told_as_expired()
    {
        await using var server = await TestServer.StartAsync(movesClock: true, rooms: static options => options.PingInterval = TimeSpan.FromHours(1));
        await using var client = await PlainClient.EnterAsync(server);
        var since = server.Main.History.Head;
        await server.Main.To("open").EmitAsync("n", 1);

        server.Clock!.Advance(TimeSpan.FromMinutes(5.1));

        Assert.Equal(
            $$"""{"type":"joined","room":"open","cursor":"{{server.Main.History.Head}}","recovered":false,"reason":"expired"}""",
            await client.AskAsync($$"""{"type":"join","room":"open","since":"{{since}}"}"""));
    }

    [Fact]
    public async Task Without_history_nothing_is_recovered_and_an_ack_has_no_cursor()
    {
        await using var server = await TestServer.StartAsync(static main => main.Options.History.IsEnabled = false);
        await using var client = await PlainClient.EnterAsync(server);
        var cursor = await client.JoinAsync("open");

        Assert.Equal("""{"type":"ack","ref":1}""", await client.AskAsync("""{"type":"message","room":"open","content":1,"ref":1}"""));
        Assert.EndsWith(
            ""","recovered":false,"reason":"epoch"}""", await client.AskAsync($$"""{"type":"join","room":"open","since":"{{cursor}}"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Authenticate_with_since_shows_the_users_room_and_the_whole_namespace()
    {
        await using var server = await TestServer.StartAsync();
        var since = server.Main.History.Head;
        await server.Main.To(User.RoomOf("u1")).EmitAsync("mail", 1);
        await server.Main.To(User.RoomOf("u2")).EmitAsync("mail", 2);
        await server.Main.EmitAsync("all", 3);
        await server.Main.To("open").EmitAsync("room", 4);
        await server.Main.Transient.EmitAsync("all", 5);
        await using var client = await PlainClient.ConnectAsync(server);

        await client.SendAsync($$"""{"type":"authenticate","token":"u1","since":"{{since}}","ref":"r"}""");

        Assert.StartsWith("""{"type":"mail","args":[1],"cursor":""", await client.NextAsync(), StringComparison.Ordinal);
        Assert.StartsWith("""{"type":"all","args":[3],"cursor":""", await client.NextAsync(), StringComparison.Ordinal);
        Assert.Equal($$"""{"type":"authenticated","userId":"u1","cursor":"{{server.Main.History.Head}}","recovered":true,"ref":"r"}""", await client.NextAsync());
        await server.Main.EmitAsync("all", 6);
        Assert.StartsWith("""{"type":"all","args":[6],"cursor":""", await client.NextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Emits_to_the_whole_namespace_reach_every_authenticated_client_and_nobody_else()
    {
        await using var server = await TestServer.StartAsync();
        await using var member = await PlainClient.JoinAsync(server, "u1");
        await using var known = await PlainClient.EnterAsync(server, "u2");
        await using var unknown = await PlainClient.ConnectAsync(server);

        var cursor = await server.Main.EmitAsync("all", new { a = 1 });

        var expected = $$"""{"type":"all","a":1,"cursor":"{{cursor}}"}""";
        Assert.Equal(expected, await member.NextAsync());
        Assert.Equal(expected, await known.NextAsync());
        await unknown.ExpectNothingAsync();
    }

    [Fact]
    public async Task What_is_transient_volatile_or_for_one_connection_is_not_replayed()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server);
        var since = await client.JoinAsync("open");
        await server.Main.To("open").Transient.EmitAsync("t");
        await server.Main.To("open").Volatile.EmitAsync("v");
        await server.Main.To(client.ClientId).EmitAsync("c");
        foreach (var name in new[] { "t", "v", "c" })
        {
            var frame = await client.NextJsonAsync();
            Assert.Equal(name, frame.GetProperty("type").GetString());
            Assert.False(frame.TryGetProperty("cursor", out _));
        }

        Assert.EndsWith(",\"recovered\":true}", await client.AskAsync($$"""{"type":"join","room":"open","since":"{{since}}"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cursor_serves_on_every_wire()
    {
        await using var server = await TestServer.StartAsync(static main =>
        {
            main.Options.Recovery.IsEnabled = true;
            main.On("resume", static (Connection connection, string room, string since) => connection.ResumeAsync(room, since).AsTask());
            main.On("enter", static (Connection connection, string room) => connection.JoinAsync(room).AsTask());
        });
        await using var peer = await SocketIOPeer.ConnectAsync(server, "u1");
        await peer.SendAsync("420[\"enter\",\"open\"]");
        Assert.Equal("430[]", await peer.NextAsync());
        var first = await server.Main.To("open").EmitAsync("n", 1);
        Assert.Equal($"42[\"n\",1,\"{first}\"]", await peer.NextAsync());
        peer.Break();
        var second = await server.Main.To("open").EmitAsync("n", 2);

        // From Socket.IO to the plain wire, and on to Socket.IO.
        await using var client = await PlainClient.EnterAsync(server, "u1");
        await client.SendAsync($$"""{"type":"join","room":"open","since":"{{first}}"}""");
        Assert.Equal($$"""{"type":"n","args":[2],"cursor":"{{second}}","room":"open"}""", await client.NextAsync());
        Assert.EndsWith(",\"recovered\":true}", await client.NextAsync(), StringComparison.Ordinal);
        client.Break();
        var third = await server.Main.To("open").EmitAsync("n", 3);
        await using var again = await SocketIOPeer.ConnectAsync(server, "u1");
        await again.SendAsync($"42[\"resume\",\"open\",\"{second}\"]");
        Assert.Equal($"42[\"n\",3,\"{third}\"]", await again.NextAsync());
    }

    [Fact]
    public async Task A_long_replay_comes_whole_in_pages_with_what_the_reader_is_excepted_from_left_out()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server);
        var since = server.Main.History.Head;
        for (var i = 0; i < 1000; i++)
        {
            // More than a page in a row is not for this reader, and the rest must come all the same.
            var to = server.Main.To("open");
            await (i is >= 200 and < 800 ? to.Except("open-2") : to).EmitAsync("n", i);
        }

        await client.JoinAsync("open-2");
        await client.SendAsync($$"""{"type":"join","room":"open","since":"{{since}}"}""");

        for (var i = 0; i < 1000; i++)
        {
            i = i == 200 ? 800 : i;
            Assert.StartsWith($$"""{"type":"n","args":[{{i}}],""", await client.NextAsync(), StringComparison.Ordinal);
        }

        Assert.EndsWith(",\"recovered\":true}", await client.NextAsync(), StringComparison.Ordinal);
    }
}
