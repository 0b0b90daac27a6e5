namespace Fanfare.WebSockets.Tests.Identity;

/// <summary><c>Use</c> and <c>OnConnection</c> at the first authenticate: product section 12.</summary>
public sealed class MiddlewareTests
{
    [Fact]
    public async Task Middlewares_and_listeners_run_at_the_first_authenticate_and_only_then()
    {
        var told = new Recorder<string>();
        await using var server = await TestServer.StartAsync(main =>
        {
            main.Use(async (connection, next) =>
            {
                told.Add($"use {connection.User.Id} {connection.Transport}");
                await next();
            });
            main.OnConnection(connection => told.Add($"connected {connection.Id}"));
        });
        await using var client = await PlainClient.ConnectAsync(server);
        await client.ExpectNothingAsync();
        Assert.True(told.IsEmpty);

        await client.AuthenticateAsync("u1");
        await client.AuthenticateAsync("u1");
        await client.SendAsync("""{"type":"refresh","token":"u1"}""");
        Assert.NotNull(await client.NextAsync());

        Assert.Equal(["use u1 plain", $"connected {client.ClientId}"], await told.Take(2));
        Assert.True(told.IsEmpty);
    }

    [Fact]
    public async Task A_middleware_refuses_with_its_text_and_the_client_may_try_again()
    {
        var isOpen = false;
        await using var server = await TestServer.StartAsync(main => main.Use((_, next) => isOpen ? next() : throw new ConnectException("the hall is closed")));
        await using var client = await PlainClient.ConnectAsync(server);

        var refused = await client.AskAsync("""{"type":"authenticate","token":"u1","ref":"a"}""");
        await client.SendAsync("""{"type":"join","room":"open"}""");
        var before = await client.NextErrorAsync();
        isOpen = true;
        await client.AuthenticateAsync("u1");

        Assert.Equal("""{"type":"error","code":"unauthorized","message":"the hall is closed","ref":"a"}""", refused);
        Assert.Equal("unauthorized", before);
        Assert.Equal(1, server.Main.ConnectionCount);
    }

    [Fact]
    public async Task A_middleware_that_does_not_go_on_refuses_and_one_that_throws_is_internal()
    {
        await using var server = await TestServer.StartAsync(static main => main.Use(static (connection, _) =>
            connection.User.Id == "u2" ? throw new InvalidOperationException("broken") : Task.CompletedTask));
        await using var client = await PlainClient.ConnectAsync(server);

        await client.SendAsync("""{"type":"authenticate","token":"u1"}""");
        Assert.Equal("unauthorized", await client.NextErrorAsync());
        await client.SendAsync("""{"type":"authenticate","token":"u2"}""");
        Assert.Equal("internal", await client.NextErrorAsync());
        Assert.Equal(0, server.Main.ConnectionCount);
    }

    [Fact]
    public async Task What_came_behind_a_refused_authenticate_is_unauthorized_in_its_turn()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(main => main.Use(async (connection, next) =>
        {
            await gate.Task;
            if (connection.User.Id == "u2")
            {
                await next();
            }
        }));
        await using var client = await PlainClient.ConnectAsync(server);
        await client.SendAsync("""{"type":"authenticate","token":"u1","ref":1}""");
        await client.SendAsync("""{"type":"join","room":"open","ref":2}""");
        await client.SendAsync("""{"type":"authenticate","token":"u2","ref":3}""");
        await client.SendAsync("""{"type":"join","room":"open","ref":4}""");
        await client.ExpectNothingAsync();

        gate.SetResult();

        var answers = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var answer = await client.NextJsonAsync();
            answers.Add($"{answer.GetProperty("type")} {answer.GetProperty("ref")}");
        }

        Assert.Equal(["error 1", "error 2", "authenticated 3", "joined 4"], answers);
    }

    [Fact]
    public async Task A_client_that_goes_while_it_is_let_in_is_never_seen()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new Recorder<string>();
        var seen = new Recorder<string>();
        await using var server = await TestServer.StartAsync(main =>
        {
            main.Use(async (connection, next) =>
            {
                asked.Add(connection.Id);
                await gate.Task;
                await next();
            });
            main.OnConnection(connection => seen.Add(connection.Id));
        });
        await using var client = await PlainClient.ConnectAsync(server);
        await client.SendAsync("""{"type":"authenticate","token":"u1"}""");
        await asked.Next();
        client.Break();
        await server.Meters.When("fanfare.sessions.active", null, static sum => sum == 0);

        gate.SetResult();

        await using var other = await PlainClient.EnterAsync(server);
        Assert.Equal(other.ClientId, await seen.Next());
        Assert.Equal(1, server.Main.ConnectionCount);
    }

    [Fact]
    public async Task Rooms_that_a_middleware_joins_are_joined_when_it_is_in()
    {
        await using var server = await TestServer.StartAsync(static main => main.Use(async (connection, next) =>
        {
            await connection.JoinAsync("lobby");
            await next();
        }));
        await using var client = await PlainClient.EnterAsync(server);

        await server.Main.To("lobby").Transient.EmitAsync("news", 1);

        Assert.Equal("""{"type":"news","args":[1],"room":"lobby"}""", await client.NextAsync());
    }

    [Fact]
    public async Task Rooms_left_by_a_listener_that_throws_are_joined_and_told_all_the_same()
    {
        await using var server = await TestServer.StartAsync(static main => main.Joined += static (_, _) => throw new InvalidOperationException("broken"));
        await using var first = await PlainClient.JoinAsync(server, "u1");
        await using var second = await PlainClient.JoinAsync(server, "u2");

        Assert.Equal("""{"type":"user_joined","userId":"u2","room":"open"}""", await first.NextAsync());
        Assert.NotEmpty(server.Logs.Of("RoomListenerFailed"));
    }
}
