using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ConformanceHost.Control;
using Fanfare;
using Fanfare.SocketIO;

namespace ConformanceHost.One;

/// <summary>What testers ask about <c>/one</c>, and what they make it do.</summary>
internal static class OneControl
{
    private const int MaxCloses = 100_000;

    public static void Map(WebApplication app, Namespace one)
    {
        var closes = new ConcurrentQueue<JsonObject>();
        one.Ended += (connection, reason) =>
        {
            closes.Enqueue(new JsonObject { ["id"] = connection.Id, ["wire"] = WireOf(connection), ["reason"] = reason.Text });
            while (closes.Count > MaxCloses)
            {
                closes.TryDequeue(out _);
            }
        };
        app.MapGet("/control/one/closes", () => Json(new JsonArray([.. closes.Select(close => close.DeepClone())])));
        app.MapGet("/control/one/gauges", () =>
        {
            var connections = one.Connections;
            return Json(new JsonObject
            {
                ["connections"] = connections.Count,
                ["rooms"] = one.RoomCount,
                ["subscriptions"] = connections.Sum(static connection => connection.Rooms.Count),
                ["sessions"] = connections.Count(static connection => connection.SessionSecret is not null),
                ["outboxBytes"] = connections.Sum(static connection => connection.QueuedBytes),
            });
        });
        app.MapPost("/control/one/flood", async (HttpRequest request) =>
        {
            if (await JsonBody.ReadAsync<Flood>(request) is not { Room: { } room } flood)
            {
                return Results.BadRequest();
            }

            var pad = new string('x', Math.Clamp(flood.Bytes, 0, 16 * 1024 * 1024));
            for (var i = 0; i < flood.Count; i++)
            {
                await one.To(room).EmitAsync("flood", new JsonObject { ["i"] = i, ["pad"] = pad });
            }

            return Results.NoContent();
        });
    }

    private static string WireOf(Connection connection) => connection is SocketIOConnection ? "socketio" : connection.Transport;

    private static IResult Json(JsonNode node) => Results.Text(node.ToJsonString(MessageSerializer.Default.Options), "application/json");

    private sealed record Flood(string? Room, int Count, int Bytes);
}
