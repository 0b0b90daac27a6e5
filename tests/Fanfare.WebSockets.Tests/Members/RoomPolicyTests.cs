using System.Text.Json;

namespace Fanfare.WebSockets.Tests.Members;

/// <summary>Deny by default, rooms that nobody can name, and rights asked again: product section 4; hardening rows T09 to T12.</summary>
public sealed class RoomPolicyTests
{
    public static TheoryData<string> Spellings =>
    [
        "user:u1", "user:", "user:u2", "user:*", "user:u1 ", " user:u1", "user :u1", "user: u1", "USER:u1", "User:u1",
        "user:U1", "ｕｓｅｒ:u1", "user：u1", "user\u02d0u1", "uſer:u1", "us\u0435r:u1", "user%3Au1", "user%3au1", "%75ser:u1", "user\u200b:u1",
        "\ufeffuser:u1", "user:u1\u00a0", "user:u1/", "/user:u1", "./user:u1", "user:u1#", "user:u1?x", "user::u1", "user-silent:u1", "user-silent:",
    ];

    [Theory]
    [InlineData("""{"type":"join","room":"any","ref":1}""", "forbidden")]
    [InlineData("""{"type":"join","rooms":["any"],"since":"x-1","ref":1}""", "forbidden")]
    [InlineData("""{"type":"message","room":"any","content":1,"ref":1}""", "not_joined")]
    public async Task Without_a_policy_nobody_enters_reads_or_writes_any_room(string text, string code)
    {
        await using var server = await TestServer.StartAsync(
            static main => main.Authenticate(static handshake => ValueTask.FromResult(TestServer.UserOf(handshake.AuthText("token")))), isGuarded: false);
        await using var client = await PlainClient.EnterAsync(server);
        await server.Main.To("any").EmitAsync("secret", 1);

        await client.SendAsync(text);

        Assert.Equal(code, await client.NextErrorAsync());
        await client.ExpectNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task The_rooms_of_users_cannot_be_named_in_any_spelling(string room)
    {
        // A policy of rooms that exist, and one that is far too generous: not even that opens what the server keeps.
        foreach (var isGenerous in new[] { false, true })
        {
            await using var server = await TestServer.StartAsync(main =>
                main.AuthorizeRooms((_, name) => ValueTask.FromResult(isGenerous || name.StartsWith("open", StringComparison.Ordinal))));
            await using var victim = await PlainClient.EnterAsync(server, "u1");
            await using var thief = await PlainClient.EnterAsync(server, "u2");
            var name = JsonSerializer.Serialize(room);

            await thief.SendAsync($$"""{"type":"join","room":{{name}},"ref":1}""");
            await thief.SendAsync($$"""{"type":"message","room":{{name}},"content":1,"ref":2}""");
            var answers = new List<string?> { await thief.NextAsync(), await thief.NextAsync() };
            await server.Main.To([User.RoomOf("u1"), User.SilentRoomOf("u1")]).EmitAsync("mail", 1);

            Assert.StartsWith("""{"type":"mail",""", await victim.NextAsync(), StringComparison.Ordinal);
            await victim.ExpectNothingAsync();
            await thief.ExpectNothingAsync();
            if (!isGenerous || User.OwnsRoom(room))
            {
                Assert.All(answers, static answer => Assert.StartsWith("""{"type":"error",""", answer, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public async Task The_room_of_a_connection_cannot_be_named_neither_ones_own_nor_anothers()
    {
        await using var server = await TestServer.StartAsync(static main => main.AuthorizeRooms(static (_, _) => ValueTask.FromResult(true)));
        await using var victim = await PlainClient.EnterAsync(server, "u1");
        await using var peer = await SocketIOPeer.ConnectAsync(server, "u3");
        await using var thief = await PlainClient.EnterAsync(server, "u2");

        foreach (var room in new[] { victim.ClientId, peer.Id, thief.ClientId })
        {
            await thief.SendAsync($$"""{"type":"join","room":"{{room}}"}""");
            Assert.Equal("forbidden", await thief.NextErrorAsync());
            await thief.SendAsync($$"""{"type":"message","room":"{{room}}","content":1}""");
            Assert.Equal("not_joined", await thief.NextErrorAsync());
            await thief.SendAsync($$"""{"type":"leave","room":"{{room}}"}""");
            Assert.Equal("not_joined", await thief.NextErrorAsync());
        }

        await victim.ExpectNothingAsync();
    }

    [Fact]
    public async Task Ones_own_users_room_is_neither_left_nor_written()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server, "u1");

        await client.SendAsync("""{"type":"leave","room":"user:u1"}""");
        await client.SendAsync("""{"type":"message","room":"user:u1","content":1}""");

        Assert.Equal("not_joined", await client.NextErrorAsync());
        Assert.Equal("not_joined", await client.NextErrorAsync());
    }

    [Fact]
    public async Task Absent_and_forbidden_look_alike()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server, "u1");
        await server.Main.To("taken").EmitAsync("secret", 1);

        var taken = await client.AskAsync("""{"type":"join","room":"taken","ref":1}""");
        var absent = await client.AskAsync("""{"type":"join","room":"fresh","ref":1}""");
        var mail = await client.AskAsync("""{"type":"join","room":"user:u","ref":1}""");

        Assert.Equal(taken, absent!.Replace("fresh", "taken", StringComparison.Ordinal));
        Assert.Equal(taken, mail!.Replace("user:u", "taken", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rights_are_asked_again_at_each_message_and_replay()
    {
        var isOpen = true;
        await using var server = await TestServer.StartAsync(main => main.AuthorizeRooms((_, _) => ValueTask.FromResult(isOpen)));
        await using var client = await PlainClient.EnterAsync(server);
        var cursor = await client.JoinAsync("room");
        await client.SendAsync("""{"type":"message","room":"room","content":1}""");
        await client.ExpectNothingAsync();

        isOpen = false;
        await client.SendAsync("""{"type":"message","room":"room","content":2}""");
        Assert.Equal("forbidden", await client.NextErrorAsync());
        await client.SendAsync($$"""{"type":"join","room":"room","since":"{{cursor}}"}""");
        Assert.Equal("forbidden", await client.NextErrorAsync());
        Assert.Equal(1, server.Main.HistoryCount);
    }

    [Fact]
    public async Task The_policy_decides_by_user_and_a_join_middleware_may_refuse_too()
    {
        await using var server = await TestServer.StartAsync(static main =>
        {
            main.AuthorizeRooms(static (user, room) => ValueTask.FromResult(room == $"of-{user.Id}" || room.StartsWith("open", StringComparison.Ordinal)));
            main.UseJoin(static async (request, next) =>
            {
                request.Refuse("open-but-full");
                if (!request.Rooms.Contains("open-never"))
                {
                    await next();
                }
            });
        });
        await using var client = await PlainClient.EnterAsync(server, "u1");

        await client.JoinAsync("of-u1");
        foreach (var room in new[] { "of-u2", "open-but-full", "open-never" })
        {
            var answer = await client.AskAsync($$"""{"type":"join","room":"{{room}}","ref":"r"}""");
            Assert.StartsWith("""{"type":"error","code":"forbidden",""", answer, StringComparison.Ordinal);
            Assert.EndsWith($$""","room":"{{room}}","ref":"r"}""", answer, StringComparison.Ordinal);
        }

        Assert.False(server.Main.Connections.Single().IsIn("open-never"));
    }
}
