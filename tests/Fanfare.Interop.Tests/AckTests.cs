namespace Fanfare.Interop.Tests;

public sealed class AckTests
{
    [Theory]
    [InlineData("polling")]
    [InlineData("websocket")]
    public async Task Acks_go_both_ways_with_timeouts(string transport)
    {
        await using var server = await InteropServer.StartAsync(fanfare =>
        {
            var main = fanfare.Of("/");
            main.On("several", context => context.Ack("one", 2));
            main.On("none", context => context.Ack());
            main.On<int, int, int>("add", (_, left, right) => Task.FromResult(left + right));
            main.On("never", (EventContext _) => { });
            main.On("throw", (EventContext _) => throw new InvalidOperationException("for the log only"));

            // Whoever waits for its own client's answer must not hold back what that client sends: acks never queue behind a handler.
            main.On("ask me", async context =>
                context.Ack(await context.Connection.EmitWithAckAsync("question", Arguments.Of(20, 22), Within.Default)));
            main.On("ask me in vain", async context =>
            {
                var exception = await Assert.ThrowsAsync<TimeoutException>(() => context.Connection.EmitWithAckAsync(
                    "unanswered", Arguments.Empty, TimeSpan.FromMilliseconds(100), CancellationToken.None));
                context.Ack(exception.Message);
            });
        });
        await using var script = NodeScript.Start("acks.mjs", server.Url, transport);

        var acks = await script.ReadAsync("acks");
        await script.EndAsync();
        Json.Equal("""["one",2]""", acks.GetProperty("several"));
        Json.Equal("[]", acks.GetProperty("none"));
        Json.Equal("5", acks.GetProperty("typed"));
        Json.Equal("9", acks.GetProperty("inTime"));
        Json.Equal("\"operation has timed out\"", acks.GetProperty("late"));
        Json.Equal("""{"sum":42}""", acks.GetProperty("asked"));
        Json.Equal("\"operation has timed out\"", acks.GetProperty("askedInVain"));
        Json.Equal("""{"error":"internal"}""", acks.GetProperty("thrown"));
    }

    [Theory]
    [InlineData("polling")]
    [InlineData("websocket")]
    public async Task Binary_comes_back_as_it_went(string transport)
    {
        await using var server = await InteropServer.StartAsync(
            fanfare =>
            {
                var main = fanfare.Of("/");
                main.On("echo", async context =>
                {
                    await context.Connection.EmitAsync("echo", context.Arguments);
                    context.Ack(context.Arguments);
                });
                main.On<byte[], byte[]>("reverse", (_, bytes) => Task.FromResult(bytes.Reverse().ToArray()));
            },
            options => options.Engine.MaxBytesPerSecond = 0);
        await using var script = NodeScript.Start("binary.mjs", server.Url, transport);

        var echoed = await script.ReadAsync("echoed");
        Json.Equal("""["000102fdfeff","c3a9","000102fdfeff"]""", echoed.GetProperty("ack"));
        Json.Equal("""["000102fdfeff","c3a9","000102fdfeff"]""", echoed.GetProperty("event"));
        var plain = await script.ReadAsync("plain");
        Json.Equal("""[{"_placeholder":true,"num":0}]""", plain.GetProperty("ack"));
        var reversed = await script.ReadAsync("reversed");
        Assert.Equal("fffefd020100", reversed.GetProperty("bytes").GetString());
        var large = await script.ReadAsync("large");
        Assert.True(large.GetProperty("equal").GetBoolean());
        await script.EndAsync();
    }
}
