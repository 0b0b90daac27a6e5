using System.Text.Json;

namespace Fanfare.Interop.Tests;

public sealed class RoomTests
{
    [Fact]
    public async Task Two_hundred_clients_in_a_room_get_every_message_once_and_in_order()
    {
        const int Clients = 200;
        const int Messages = 50;
        await using var server = await InteropServer.StartAsync(fanfare =>
        {
            var main = fanfare.Of("/");
            main.On("join", async context =>
            {
                await context.Connection.JoinAsync("hall");
                context.Ack();
            });
            main.On("say", async context => await main.To("hall").EmitAsync("said", context.Arguments));
        });
        await using var script = NodeScript.Start("room.mjs", server.Url, $"{Clients}", $"{Messages}");

        var received = await script.ReadAsync("received");
        await script.EndAsync();
        var lists = received.GetProperty("lists").EnumerateArray().ToList();
        Assert.Equal(Clients, lists.Count);
        Assert.All(lists, (JsonElement list) => Assert.Equal(Enumerable.Range(0, Messages), Json.Numbers(list)));
    }
}
