namespace Fanfare.WebSockets.Tests.History;

/// <summary>What is live waits while a client is shown what it missed: product section 12 "Events on other wires".</summary>
public sealed class HoldTests
{
    [Fact]
    public async Task Nothing_live_goes_out_between_the_first_frame_of_a_replay_and_its_answer()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var inside = new Recorder<string>();
        await using var server = await TestServer.StartAsync(main => Slow(main, inside, gate.Task));
        await using var client = await PlainClient.EnterAsync(server);
        await client.JoinAsync("open-live");
        var since = server.Main.History.Head;
        await server.Main.To("open").EmitAsync("n", 1);
        await client.SendAsync($$"""{"type":"join","room":"open","since":"{{since}}","ref":1}""");
        await inside.Next();

        // In both rooms, to the user, to all, to the connection itself, and a notice.
        await server.Main.To("open").EmitAsync("n", 2);
        await server.Main.To("open-live").EmitAsync("n", 3);
        await server.Main.To(User.RoomOf("u1")).EmitAsync("n", 4);
        await server.Main.Transient.EmitAsync("n", 5);
        await server.Main.Connections.First(connection => connection.Id == client.ClientId).EmitAsync("n", 6);
        await using var other = await PlainClient.EnterAsync(server, "u2");
        await other.JoinAsync("open-live");
        Assert.StartsWith("""{"type":"n","args":[1],""", await client.NextAsync(), StringComparison.Ordinal);
        await client.ExpectNothingAsync();
        gate.SetResult();

        Assert.StartsWith("""{"type":"extra",""", await client.NextAsync(), StringComparison.Ordinal);
        Assert.StartsWith("""{"type":"joined","room":"open",""", await client.NextAsync(), StringComparison.Ordinal);
        for (var i = 2; i <= 6; i++)
        {
            Assert.StartsWith($$"""{"type":"n","args":[{{i}}]""", await client.NextAsync(), StringComparison.Ordinal);
        }

        Assert.Equal("""{"type":"user_joined","userId":"u2","room":"open-live"}""", await client.NextAsync());
    }

    [Fact]
    public async Task As_much_as_may_wait_comes_whole_although_an_outbox_holds_less()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var inside = new Recorder<string>();
        await using var server = await TestServer.StartAsync(main => Slow(main, inside, gate.Task));
        await using var client = await PlainClient.EnterAsync(server);
        await client.SendAsync("""{"type":"join","room":"open"}""");
        await inside.Next();
        for (var i = 0; i < 4096; i++)
        {
            await server.Main.To("open").EmitAsync("n", i);
        }

        gate.SetResult();

        Assert.StartsWith("""{"type":"extra",""", await client.NextAsync(), StringComparison.Ordinal);
        Assert.StartsWith("""{"type":"joined","room":"open",""", await client.NextAsync(), StringComparison.Ordinal);
        for (var i = 0; i < 4096; i++)
        {
            Assert.StartsWith($$"""{"type":"n","args":[{{i}}],""", await client.NextAsync(), StringComparison.Ordinal);
        }

        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task More_than_may_wait_closes_with_4408_and_shows_nothing_behind_what_was_lost()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var inside = new Recorder<string>();
        await using var server = await TestServer.StartAsync(main =>
        {
            main.Options.Limits.MaxHeldMessages = 10;
            Slow(main, inside, gate.Task);
        });
        await using var client = await PlainClient.EnterAsync(server);
        await client.SendAsync("""{"type":"join","room":"open"}""");
        await inside.Next();
        for (var i = 0; i < 12; i++)
        {
            await server.Main.To("open").EmitAsync("n", i);
        }

        await server.Meters.WhenRefused(FanfareMetrics.Limit.Outbox);
        gate.SetResult();

        var rest = await client.ExpectCloseAsync(4408, "slow consumer");
        Assert.DoesNotContain(rest, static text => text.Contains("[10]", StringComparison.Ordinal) || text.Contains("[11]", StringComparison.Ordinal));
        Assert.Single(server.Logs.Of("TooSlow"));
    }

    /// <summary>Join requests stay held, after what was missed, until the gate opens.</summary>
    private static void Slow(Namespace main, Recorder<string> inside, Task gate) => main.UseJoin(async (request, next) =>
    {
        await next();
        if (request.Rooms.Contains("open"))
        {
            inside.Add(request.Connection.Id);
            await gate;
            request.Send("extra", new { a = 1 });
        }
    });
}
