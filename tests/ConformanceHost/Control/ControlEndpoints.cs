namespace ConformanceHost.Control;

/// <summary>What testers ask of the host over plain HTTP.</summary>
internal static class ControlEndpoints
{
    public static void MapControl(this WebApplication app, EventLog log)
    {
        app.MapGet("/healthz", () => Results.Text("ok"));
        app.MapGet("/control/log", (long? since) => Results.Text(log.After(since ?? 0), "application/json"));
        app.MapPost("/control/reset", () =>
        {
            log.Reset();
            return Results.NoContent();
        });
    }
}
