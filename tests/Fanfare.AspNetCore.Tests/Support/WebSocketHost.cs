using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fanfare.AspNetCore.Tests;

/// <summary>Kestrel on a free port of the loopback address, with one WebSocket endpoint at <c>/echo</c>.</summary>
internal sealed class WebSocketHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebSocketHost(WebApplication app)
    {
        _app = app;
    }

    public int Port => new Uri(_app.Urls.First()).Port;

    public WebSocketEndpointOptions Options { get; private init; } = new();

    /// <summary>The handlers of all clients so far, in the order in which they came.</summary>
    public BlockingCollection<EchoHandler> Handlers { get; } = [];

    public IServiceProvider Services => _app.Services;

    public static async Task<WebSocketHost> StartAsync(
        Action<WebSocketEndpointOptions>? configure = null,
        Action<ListenOptions>? listen = null,
        Func<WebSocketPeer, EchoHandler>? accept = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, options => listen?.Invoke(options)));
        services?.Invoke(builder.Services);
        builder.Services.AddFanfareWebSockets();
        var app = builder.Build();
        var host = new WebSocketHost(app);
        configure?.Invoke(host.Options);
        app.MapWebSocket(
            "/echo",
            peer =>
            {
                var handler = accept?.Invoke(peer) ?? new EchoHandler(peer);
                host.Handlers.Add(handler);
                return handler;
            },
            host.Options);
        map?.Invoke(app);
        await app.StartAsync().InTime();
        return host;
    }

    public EchoHandler NextHandler() =>
        Handlers.TryTake(out var handler, Within.Default) ? handler : throw new TimeoutException("No client came.");

    public Task StopAsync() => _app.StopAsync().InTime();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Handlers.Dispose();
    }
}
