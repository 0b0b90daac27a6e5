namespace Fanfare.Interop.Tests;

public sealed class ReconnectTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("destroyed", "websocket")]
    [InlineData("cut", "websocket")]
    [InlineData("cut", "polling")]
    public async Task A_client_whose_connection_broke_gets_its_session_and_all_it_missed(string way, string transport)
    {
        var isGone = new TaskCompletionSource<string>();
        await using var server = await InteropServer.StartAsync(fanfare =>
        {
            var news = fanfare.Of("/news", options =>
            {
                options.Recovery.IsEnabled = true;
                options.Recovery.MaxDisconnectionDuration = Window;
            });
            news.Ended += (_, reason) => isGone.TrySetResult(reason.Text);
            news.On("subscribe", async context =>
            {
                await context.Connection.JoinAsync("readers");
                context.Ack();
                await news.To("readers").EmitAsync("news", "first");
            });
        });
        var readers = server.Fanfare.Of("/news").To("readers");
        await using var script = NodeScript.Start("recovery.mjs", server.Url, way, transport);

        var connected = await script.ReadAsync("connected");
        Assert.False(connected.GetProperty("recovered").GetBoolean());
        if (way == "cut")
        {
            server.CutConnections();
        }

        var lost = await script.ReadAsync("lost");
        Assert.StartsWith("transport ", lost.GetProperty("reason").GetString(), StringComparison.Ordinal);
        if (way == "destroyed")
        {
            Assert.Equal("transport close", await isGone.Task.InTime());
        }

        foreach (var news in new[] { "second", "third", "end" })
        {
            await readers.EmitAsync("news", news);
        }

        if (way == "destroyed")
        {
            await script.ContinueAsync();
        }

        var back = await script.ReadAsync("back");
        await script.EndAsync();
        Assert.True(back.GetProperty("recovered").GetBoolean());
        Assert.Equal(connected.GetProperty("id").GetString(), back.GetProperty("id").GetString());
        Json.Equal("""["first","second","third","end"]""", back.GetProperty("received"));
    }

    [Theory]
    [InlineData("websocket", "stay")]
    [InlineData("websocket", "close")]
    [InlineData("polling", "stay")]
    [InlineData("polling", "close")]
    public async Task A_client_that_the_server_sent_away_knows_it_and_stays_away(string transport, string close)
    {
        var reason = new TaskCompletionSource<string>();
        await using var server = await InteropServer.StartAsync(fanfare =>
        {
            var main = fanfare.Of("/");
            main.Ended += (_, ended) => reason.TrySetResult(ended.Text);
            main.On<bool>("send me away", async (connection, all) => await connection.DisconnectAsync(all));
            main.On("echo", context => context.Ack(context.Arguments));
        });
        await using var script = NodeScript.Start("disconnect.mjs", server.Url, transport, close);

        var disconnected = await script.ReadAsync("disconnected");
        Assert.Equal("io server disconnect", disconnected.GetProperty("reason").GetString());
        Assert.False(disconnected.GetProperty("active").GetBoolean());
        Assert.Equal("server namespace disconnect", await reason.Task.InTime());
        var connected = await script.ReadAsync("connected");
        Assert.Equal("again", connected.GetProperty("answer").GetString());
        await script.EndAsync();
    }
}
