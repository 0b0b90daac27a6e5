using Microsoft.AspNetCore.Builder;

namespace Fanfare.Interop.Tests;

public sealed class EngineTests
{
    [Theory]
    [InlineData("polling", "polling", "client")]
    [InlineData("polling", "polling", "server")]
    [InlineData("websocket", "websocket", "client")]
    [InlineData("websocket", "websocket", "server")]
    [InlineData("polling,websocket", "websocket", "client")]
    [InlineData("polling,websocket", "websocket", "server")]
    public async Task A_bare_client_sends_and_receives_until_a_side_closes(string transports, string last, string end)
    {
        var reason = new TaskCompletionSource<string>();
        await using var server = await InteropServer.StartAsync(map: app => app.MapEngineIO("/engine.io/", connection =>
        {
            connection.Closed += (_, closed) => reason.SetResult(closed.Text);
            connection.MessageReceived += (_, message) =>
            {
                if (message.IsBinary)
                {
                    connection.Send(message.Data);
                }
                else if (message.Text == "close")
                {
                    connection.Close();
                }
                else
                {
                    connection.Send(message.Text);
                }
            };
            connection.Send("welcome");
        }));
        await using var script = NodeScript.Start("engine.mjs", server.Url, transports, end);

        var echoed = await script.ReadAsync("echoed");
        Json.Equal("""["welcome","é€😀",{"hex":"00feff"},""]""", echoed.GetProperty("messages"));
        Assert.Equal(last, echoed.GetProperty("transport").GetString());
        var closed = await script.ReadAsync("closed");
        Assert.Equal(end == "client" ? "forced close" : "transport close", closed.GetProperty("reason").GetString());
        await script.EndAsync();
        Assert.Equal(end == "client" ? "transport close" : "forced close", await reason.Task.InTime());
    }
}
