using ConformanceHost.Values;
using Fanfare;

namespace ConformanceHost.Profiles;

/// <summary>Profile <c>bench</c>: for load generators.</summary>
internal static class BenchProfile
{
    public static void Map(WebApplication app, IFanfare fanfare)
    {
        var main = fanfare.Of("/");
        main.On("join", async context =>
        {
            await context.Connection.JoinAsync(context.Arguments.TextsAt(0));
            context.Ack();
        });
        main.On("message", async context =>
        {
            if (context.Arguments.Get<RoomMessage>(0)?.RoomId is { } room)
            {
                await main.To(room).EmitAsync("message", context.Arguments.Slice(0, 1));
            }
        });
        main.On("echo", context => context.Ack(context.Arguments.Slice(0, 1)));
        main.OpenRooms("*");
        app.MapEventStream("/events", "/", options =>
        {
            options.Unbind();
            options.RetryDelay = null;
        });
        app.MapPost("/pub", async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await main.EmitAsync("update", new Update(await reader.ReadToEndAsync(context.RequestAborted)));
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        app.MapRooms("/ws", "/", options =>
        {
            options.Unbind();
            options.SendsNotices = false;
        });
    }

    private sealed record Update(string Content);

    /// <summary>Only what the server reads: the content goes on as it came.</summary>
    private sealed record RoomMessage(string? RoomId);
}
