using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Fanfare.SocketIO;
using Fanfare.Testing.Diagnostics;
using Fanfare.WebSockets;

namespace Fanfare.Journeys.Tests;

/// <summary>One namespace, one room, every wire. Limits that a test of delivery would only run into are out of the way; queues are the default.</summary>
internal sealed class JourneyServer : IAsyncDisposable
{
    /// <summary>Where the plain wire has the default patience in any case.</summary>
    public const string PatientPath = "/ws-patient";

    private readonly WebApplication _app;
    private readonly LogRecorder _logs;

    private JourneyServer(WebApplication app, LogRecorder logs)
    {
        _app = app;
        _logs = logs;
        One = app.Services.GetRequiredService<IFanfare>().Of("/one");
    }

    public Namespace One { get; }

    /// <summary>What the log has from warnings on.</summary>
    public IReadOnlyCollection<LogLine> Warnings => _logs.Lines;

    public Uri Address => new(_app.Urls.Single());

    /// <param name="patience">Which part of their default the bounds have after which a silent peer is let go.</param>
    public static async Task<JourneyServer> StartAsync(double patience = 1)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var logs = new LogRecorder();
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddFanfare(static options => options.Outbox.MaxCount = int.MaxValue);
        builder.Services.Configure<SocketIOOptions>(options =>
        {
            (options.Engine.MaxMessagesPerSecond, options.Engine.MaxBytesPerSecond) = (0, 0);
            options.Engine.PingInterval *= patience;
            options.Engine.PingTimeout *= patience;
        });
        var app = builder.Build();
        var server = new JourneyServer(app, logs);
        server.Register();
        app.MapSocketIO();
        app.MapRooms("/ws", "/one", options =>
        {
            Unbind(options);
            options.PingInterval *= patience;
            options.PingTimeout *= patience;
        });
        app.MapRooms(PatientPath, "/one", Unbind);
        app.MapEventStream("/events", "/one", options =>
        {
            options.KeepAliveInterval *= patience;
            options.AcknowledgementTimeout *= patience;
        });
        app.MapPublish("/publish", "/one", static options => options.Allow = static (_, _) => ValueTask.FromResult(true));
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private static void Unbind(RoomsOptions options) => (options.Rates.MaxMessagesPerSecond, options.Rates.MaxBytesPerSecond) = (0, 0);

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
