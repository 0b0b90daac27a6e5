using Fanfare.Benchmarks.SignalR;
using Microsoft.AspNetCore.Http.Connections;

// SignalR with its defaults (JSON protocol), WebSocket only, logging at warnings. Arguments: --urls http://127.0.0.1:PORT
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None); // As in our own host: no activity kept for each connection.
builder.Services.AddSignalR();

var app = builder.Build();
app.MapGet("/healthz", () => Results.Ok());
app.MapHub<BenchHub>("/hub", options => options.Transports = HttpTransportType.WebSockets);
app.Run();
