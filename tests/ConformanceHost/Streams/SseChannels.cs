using System.Text.Json.Nodes;
using ConformanceHost.Control;
using ConformanceHost.Settings;
using Fanfare;

namespace ConformanceHost.Streams;

/// <summary><c>/sse/{channel}</c>: an event stream per channel, open to all; a channel is a room of a namespace of its own.</summary>
internal static class SseChannels
{
    private const string DefaultEvent = "message";

    public static void Map(WebApplication app, HostSettings settings)
    {
        var channels = app.Services.GetRequiredService<IFanfare>().Of("/sse", options =>
        {
            options.History.IsEnabled = true;
            options.History.MaxCountPerRoom = settings.SseHistory;
            options.History.MaxAge = TimeSpan.FromDays(1);
            options.AllowAnonymous = true;
        });
        channels.Authenticate(static _ => ValueTask.FromResult<User?>(User.Anonymous));
        channels.AuthorizeRooms(static (_, _) => ValueTask.FromResult(true));
        app.MapEventStream("/sse/{channel}", "/sse", options =>
        {
            options.Unbind();
            options.Rooms = static context => [(string)context.GetRouteValue("channel")!];
            options.KeepAliveInterval = settings.SseKeepAlive;
            options.RetryDelay = settings.SseRetry;
            options.AllowOrigins(settings);
        });
        app.MapPost("/control/sse/{channel}", async (string channel, HttpRequest request) =>
        {
            if (await JsonBody.ReadAsync<Publication>(request) is not { } publication || HasLineBreak(publication.Id) || HasLineBreak(publication.Event) || ReservedEvents.Contains(publication.Event ?? ""))
            {
                return Results.BadRequest();
            }

            var room = channels.To(channel);
            var delivered = await room.CountAsync();
            var id = await room.EmitAsync(publication.Event is { Length: > 0 } name ? name : DefaultEvent, publication.Data ?? "");
            var answer = new JsonObject { ["id"] = id?.ToString(), ["delivered"] = delivered, ["json"] = true };
            return Results.Text(answer.ToJsonString(), "application/json");
        });
        app.MapGet("/control/sse/{channel}/count", async (string channel) =>
            Results.Text(new JsonObject { ["live"] = await channels.To(channel).CountAsync() }.ToJsonString(), "application/json"));
    }

    private static bool HasLineBreak(string? text) => text?.AsSpan().ContainsAny('\r', '\n', '\0') == true;

    private sealed record Publication(string? Id, string? Event, string? Data);
}
