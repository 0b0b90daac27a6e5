using System.Collections.Concurrent;
using System.Net;
using Fanfare.SocketIO;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fanfare.Interop.Tests;

/// <summary>A Fanfare server in process, on a free port of the loopback address.</summary>
internal sealed class InteropServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ConnectionContext> _tcpConnections;

    private InteropServer(WebApplication app, ConcurrentDictionary<string, ConnectionContext> tcpConnections)
    {
        _app = app;
        _tcpConnections = tcpConnections;
    }

    public Uri Url => new(_app.Urls.First());

    public IFanfare Fanfare => _app.Services.GetRequiredService<IFanfare>();

    public Namespace Main => Fanfare.Of("/");

    /// <param name="register">Registers handlers, before the first client can come.</param>
    /// <param name="configure">Options of the Socket.IO server.</param>
    /// <param name="map">Maps what else the test needs.</param>
    public static async Task<InteropServer> StartAsync(
        Action<IFanfare>? register = null, Action<SocketIOOptions>? configure = null, Action<WebApplication>? map = null)
    {
        var tcpConnections = new ConcurrentDictionary<string, ConnectionContext>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Use(next => async connection =>
        {
            tcpConnections.TryAdd(connection.ConnectionId, connection);
            await next(connection);
            tcpConnections.TryRemove(connection.ConnectionId, out _);
        })));
        builder.Services.AddFanfare();
        builder.Services.Configure<SocketIOOptions>(options =>
        {
            options.Engine.MaxConnectionsPerAddress = 0;
            configure?.Invoke(options);
        });
        var app = builder.Build();
        app.MapSocketIO();
        map?.Invoke(app);
        var server = new InteropServer(app, tcpConnections);
        register?.Invoke(server.Fanfare);
        await app.StartAsync().InTime();
        return server;
    }

    /// <summary>Cuts every TCP connection, without a word of any protocol.</summary>
    public void CutConnections()
    {
        foreach (var connection in _tcpConnections.Values)
        {
            connection.Abort(new ConnectionAbortedException("cut by the test"));
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
