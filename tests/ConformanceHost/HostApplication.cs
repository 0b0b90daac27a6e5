using System.Net;
using ConformanceHost.Control;
using ConformanceHost.One;
using ConformanceHost.Plain;
using ConformanceHost.Profiles;
using ConformanceHost.Settings;
using ConformanceHost.Streams;
using Fanfare;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ConformanceHost;

/// <summary>Puts the packages behind the endpoints of a profile.</summary>
internal static class HostApplication
{
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(3);

    /// <summary>What Kestrel reads ahead on a connection, in bytes: by default 1 MiB, many times the largest message of the smaller wires.</summary>
    private const int MaxReadAheadBytes = 64 * 1024;

    public static WebApplication Build(HostSettings settings, IEnumerable<KeyValuePair<string, string?>> arguments)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(arguments.Where(argument => argument.Key.StartsWith("Logging:", StringComparison.OrdinalIgnoreCase)));
        builder.WebHost.UseUrls(); // the addresses are bound below, with their protocols
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, settings));
        builder.WebHost.UseSockets(static sockets => sockets.MaxReadBufferSize = MaxReadAheadBytes);
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
        });
        builder.Logging.SetMinimumLevel(settings.Profile == Profile.Bench ? LogLevel.Warning : LogLevel.Information);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information); // tells the port, where 0 was asked for
        if (settings.Profile == Profile.Bench)
        {
            // Otherwise each request, and so each open WebSocket, keeps an activity and a logging scope.
            builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        }

        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainTime + TimeSpan.FromMilliseconds(500));
        builder.Services.AddConformance(settings, DrainTime);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<EventLog>();
        builder.Services.AddSingleton<Background>();
        builder.Services.AddSingleton<ControlEvents>();

        var app = builder.Build();
        app.MapControl(app.Services.GetRequiredService<EventLog>());
        WebSocketEcho.Map(app, settings);
        PlainWire.Map(app, settings);
        OneRoom.Map(app, settings);
        SseChannels.Map(app, settings);
        app.MapProfile(settings);
        return app;
    }

    private static void Listen(KestrelServerOptions kestrel, HostSettings settings)
    {
        kestrel.AddServerHeader = false;
        foreach (var url in settings.Urls)
        {
            if (url.Host == "localhost")
            {
                kestrel.ListenLocalhost(url.Port, listener => listener.Protocols = HttpProtocols.Http1);
            }
            else
            {
                kestrel.Listen(IPAddress.Parse(url.Host.Trim('[', ']')), url.Port, listener => listener.Protocols = HttpProtocols.Http1);
            }
        }

        if (settings.H2Port is { } port)
        {
            kestrel.Listen(IPAddress.Loopback, port, listener => listener.Protocols = HttpProtocols.Http2);
        }
    }

    private static void MapProfile(this WebApplication app, HostSettings settings)
    {
        var fanfare = app.Services.GetRequiredService<IFanfare>();
        switch (settings.Profile)
        {
            case Profile.Engine:
                EngineProfile.Map(app, settings);
                return;
            case Profile.EngineClient:
                EngineClientProfile.Map(app, settings);
                return;
            case Profile.Protocol:
                ProtocolProfile.Register(fanfare);
                break;
            case Profile.Client:
                ActivatorUtilities.CreateInstance<ClientProfile>(app.Services).Register();
                break;
            case Profile.Bench:
                BenchProfile.Map(app, fanfare);
                break;
            default:
                ActivatorUtilities.CreateInstance<BlackboxProfile>(app.Services).Register();
                break;
        }

        app.MapSocketIO("/socket.io/");
    }
}
