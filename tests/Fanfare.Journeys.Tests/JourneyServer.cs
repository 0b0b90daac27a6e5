using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Fanfare.SocketIO;

namespace Fanfare.Journeys.Tests;

/// <summary>One namespace, one room, every wire. Limits that a test of delivery would only run into are out of the way; queues are the default.</summary>
internal sealed class JourneyServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private JourneyServer(WebApplication app)
    {
        _app = app;
        One = app.Services.GetRequiredService<IFanfare>().Of("/one");
    }

    public Namespace One { get; }

    public Uri Address => new(_app.Urls.Single());

    public static async Task<JourneyServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddFanfare(static options => options.Outbox.MaxCount = int.MaxValue);
        builder.Services.Configure<SocketIOOptions>(static options => (options.Engine.MaxMessagesPerSecond, options.Engine.MaxBytesPerSecond) = (0, 0));
        var app = builder.Build();
        var server = new JourneyServer(app);
        server.Register();
        app.MapSocketIO();
        app.MapRooms("/ws", "/one", static options => (options.Rates.MaxMessagesPerSecond, options.Rates.MaxBytesPerSecond) = (0, 0));
        app.MapEventStream("/events", "/one");
        app.MapPublish("/publish", "/one", static options => options.Allow = static (_, _) => ValueTask.FromResult(true));
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private void Register()
    {
        One.Options.Recovery.IsEnabled = true;
        One.Options.History.MaxCountPerRoom = 20_000;
        One.Authenticate(static handshake => ValueTask.FromResult(handshake.AuthText("token") is { Length: > 0 } name ? new User(name) : null));
        One.AuthorizeRooms(static (_, room) => ValueTask.FromResult(room.StartsWith("open", StringComparison.Ordinal)));
        One.On<string, string?, JsonObject>("join", JoinAsync);
        One.On("say", async (Connection _, Saying saying) =>
            new JsonObject { ["id"] = (await One.To(saying.Room).EmitAsync("said", saying)).ToString() });
    }

    private static async Task<JsonObject> JoinAsync(Connection connection, string room, string? since)
    {
        if (since is null)
        {
            await connection.JoinAsync(room);
            return new JsonObject { ["ok"] = true };
        }

        return new JsonObject { ["recovered"] = (await connection.ResumeAsync(room, since)).IsRecovered };
    }
}
