using System.Collections.Concurrent;
using Fanfare.Benchmarks.WebSockets;

// Rooms on ASP.NET Core's own WebSockets as most applications write them; defaults, logging at warnings.
// The messages are those of /ws in the `bench` profile of tests/ConformanceHost. Arguments: --urls http://127.0.0.1:PORT
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None); // As in our own host: no activity kept for each connection.

var app = builder.Build();
var rooms = new ConcurrentDictionary<string, ConcurrentDictionary<Connection, bool>>();
app.UseWebSockets();
app.MapGet("/healthz", () => Results.Ok());
app.Map("/ws", async context =>
{
    using var socket = await context.WebSockets.AcceptWebSocketAsync();
    using var connection = new Connection(socket, rooms);
    await connection.RunAsync(context.RequestAborted);
});
app.Run();
