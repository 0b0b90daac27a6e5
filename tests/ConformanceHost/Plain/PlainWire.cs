using System.Text.Json.Nodes;
using ConformanceHost.Settings;
using ConformanceHost.Values;
using Fanfare;

namespace ConformanceHost.Plain;

/// <summary><c>/plain</c>: the plain JSON wire with rooms that are open to every user.</summary>
internal static class PlainWire
{
    public static void Map(WebApplication app, HostSettings settings)
    {
        var plain = app.Services.GetRequiredService<IFanfare>().Of("/plain", options => options.KeepHistory(settings));
        plain.Authenticate(handshake => ValueTask.FromResult(TestUsers.Read(handshake.AuthText("token"), knowsInstants: false)));
        plain.AuthorizeRooms((_, room) => ValueTask.FromResult(room.StartsWith("open", StringComparison.Ordinal)));
        plain.On("ask", (Connection _, JsonObject? question) => Task.FromResult(new JsonObject { ["echo"] = question?["value"]?.DeepClone() }));
        app.MapRooms("/plain", "/plain", options => options.Unbind());
    }
}
