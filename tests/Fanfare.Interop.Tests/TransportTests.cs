namespace Fanfare.Interop.Tests;

public sealed class TransportTests
{
    [Theory]
    [InlineData("polling", "polling")]
    [InlineData("websocket", "websocket")]
    [InlineData("polling,websocket", "websocket")]
    public async Task The_client_connects_and_is_answered(string transports, string last)
    {
        Handshake? handshake = null;
        var reason = new TaskCompletionSource<CloseReason>();
        await using var server = await InteropServer.StartAsync(fanfare =>
        {
            var main = fanfare.Of("/");
            main.OnConnection(async connection =>
            {
                handshake = connection.Handshake;
                connection.OnDisconnect(reason.SetResult);
                await connection.EmitAsync("greeting", connection.Id);
            });
            main.On("echo", context => context.Ack(context.Arguments.Slice(0, 1)));
            main.On("echo", context => context.Ack("only the first ack counts"));
        });
        await using var script = NodeScript.Start("connect.mjs", server.Url, transports);

        var connected = await script.ReadAsync("connected");
        Assert.Equal(connected.GetProperty("greeting").GetString(), connected.GetProperty("id").GetString());
        Assert.False(connected.GetProperty("recovered").GetBoolean());
        var answered = await script.ReadAsync("answered");
        Assert.Equal("ok", answered.GetProperty("answer").GetString());
        Assert.Equal(last, answered.GetProperty("transport").GetString());
        await script.EndAsync();

        Assert.NotNull(handshake);
        Assert.Equal("let me in", handshake.AuthText("token"));
        Assert.Equal("mint tea", handshake.Request.QueryValue("flavour"));
        Assert.Equal("yes", handshake.Request.Header("x-fanfare"));
        Assert.False(handshake.Request.IsSecure);
        Assert.Equal("127.0.0.1", handshake.Address);
        Assert.Equal("client namespace disconnect", (await reason.Task.InTime()).Text);
    }

    [Fact]
    public async Task What_flows_during_the_upgrade_keeps_its_order_in_both_directions()
    {
        var counted = new List<int>();
        var end = new TaskCompletionSource();
        await using var server = await InteropServer.StartAsync(
            fanfare =>
            {
                var main = fanfare.Of("/");
                main.On("begin", connection =>
                {
                    _ = SendNumbersAsync(connection, end.Task);
                    return Task.CompletedTask;
                });
                main.On<int>("count", (_, number) =>
                {
                    counted.Add(number);
                    return Task.CompletedTask;
                });
                main.On("breathe", context => context.Ack());
                main.On("end", context =>
                {
                    context.Ack(counted);
                    end.SetResult();
                });
            },
            options => options.Engine.MaxMessagesPerSecond = 0);
        await using var script = NodeScript.Start("upgrade.mjs", server.Url);

        var said = await script.ReadAsync("counted");
        await script.EndAsync();
        Assert.Equal("websocket", said.GetProperty("transport").GetString());
        Assert.Equal(Enumerable.Range(0, said.GetProperty("sent").GetInt32()), Json.Numbers(said, "counted"));
        Assert.Equal(Enumerable.Range(0, said.GetProperty("total").GetInt32()), Json.Numbers(said, "received"));
    }

    /// <summary>Sends a few numbers at a time until the client has upgraded, and then their total.</summary>
    private static async Task SendNumbersAsync(Connection connection, Task end)
    {
        var number = 0;
        while (!end.IsCompleted)
        {
            for (var burst = 0; burst < 5; burst++)
            {
                await connection.EmitAsync("number", number++);
            }

            await connection.EmitWithAckAsync("pace", Arguments.Empty, Within.Default);
        }

        await connection.EmitAsync("total", number);
    }

    [Theory]
    [InlineData("polling")]
    [InlineData("websocket")]
    public async Task A_volatile_event_comes_at_once_or_not_at_all(string transport)
    {
        const int Ticks = 2000;
        var heard = new List<string>();
        await using var server = await InteropServer.StartAsync(fanfare =>
        {
            var main = fanfare.Of("/");
            main.On<string>("heard", (_, words) =>
            {
                heard.Add(words);
                return Task.CompletedTask;
            });
            main.On("tick me", async context =>
            {
                for (var tick = 0; tick < Ticks; tick++)
                {
                    await context.Connection.Volatile.EmitAsync("tick", tick);
                }

                context.Ack(heard);
                await context.Connection.EmitAsync("mark");
            });
        });
        await using var script = NodeScript.Start("volatile.mjs", server.Url, transport);

        var ticked = await script.ReadAsync("ticked");
        await script.EndAsync();
        var received = Json.Numbers(ticked, "received");
        Assert.Equal(["kept until connected"], ticked.GetProperty("heard").EnumerateArray().Select(words => words.GetString()));
        Assert.Equal(received.Distinct().Order(), received);
        Assert.True(transport == "websocket" || received.Count < Ticks, "A poll cannot take all of them at once.");
    }
}
