using Fanfare.Chat.Storage;

namespace Fanfare.Chat.Http;

/// <summary>Health for whoever watches the program: alive, and able to serve.</summary>
internal static class Health
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => TypedResults.Text("live")).ExcludeFromDescription();
        routes.MapGet("/health/ready", (ChatDatabase database) => database.IsAvailable()
            ? TypedResults.Text("ready")
            : TypedResults.Text("not ready", statusCode: StatusCodes.Status503ServiceUnavailable)).ExcludeFromDescription();
    }
}
