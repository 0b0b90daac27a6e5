using System.Text.RegularExpressions;

namespace Fanfare.Interop.Tests;

public sealed partial class NamespaceTests
{
    [Fact]
    public async Task Namespaces_are_entered_guarded_and_left_apart_on_one_connection()
    {
        await using var server = await InteropServer.StartAsync(fanfare =>
        {
            fanfare.Of("/").On("ping", context => context.Ack());
            NamespaceSetup[] open = [fanfare.Of("/news"), fanfare.OfPattern(RoomName()), fanfare.Of("/größe mit platz")];
            foreach (var setup in open)
            {
                setup.On("where am I", context => context.Ack(context.Connection.NamespaceName));
            }

            var guarded = fanfare.Of("/guarded");
            guarded.Authenticate(handshake => handshake.AuthText("token") switch
            {
                null => ValueTask.FromResult<User?>(null),
                "good" => ValueTask.FromResult<User?>(new User("ann")),
                _ => throw new ConnectException("bad token", new { code = "E401", retry = false }),
            });
            guarded.On("where am I", context => context.Ack(context.Connection.NamespaceName));
            guarded.On("who am I", context => context.Ack(context.Connection.User.Id));

            var locked = fanfare.Of("/locked");
            locked.Use((_, next) => next());
            locked.Use((_, _) => throw new ConnectException("the key is missing"));
            locked.OnConnection(_ => Assert.Fail("Nobody may come in."));
        });
        await using var script = NodeScript.Start("namespaces.mjs", server.Url);

        foreach (var name in new[] { "/news", "/room-17", "/größe mit platz" })
        {
            var entered = await script.ReadAsync("entered");
            Assert.Equal(name, entered.GetProperty("where").GetString());
        }

        await ExpectRefusalAsync(script, "/absent", "Invalid namespace");
        await ExpectRefusalAsync(script, "/room-x", "Invalid namespace");
        await ExpectRefusalAsync(script, "/guarded", "unauthorized");
        await ExpectRefusalAsync(script, "/guarded", "bad token", """{"code":"E401","retry":false}""");
        await ExpectRefusalAsync(script, "/locked", "the key is missing");
        var inside = await script.ReadAsync("entered");
        Assert.Equal("/guarded", inside.GetProperty("where").GetString());
        Assert.Equal("ann", inside.GetProperty("user").GetString());
        var left = await script.ReadAsync("left");
        Assert.True(left.GetProperty("main").GetBoolean());
        Assert.False(left.GetProperty("guarded").GetBoolean());
        Assert.Equal("open", left.GetProperty("open").GetString());
        await script.EndAsync();
    }

    private static async Task ExpectRefusalAsync(NodeScript script, string name, string message, string? data = null)
    {
        var refused = await script.ReadAsync("refused");
        Assert.Equal(name, refused.GetProperty("name").GetString());
        Assert.Equal(message, refused.GetProperty("message").GetString());
        Assert.Equal(data, refused.TryGetProperty("data", out var details) ? details.GetRawText() : null);
        Assert.False(refused.GetProperty("connected").GetBoolean());
    }

    [GeneratedRegex(@"^/room-\d+$")]
    private static partial Regex RoomName();
}
