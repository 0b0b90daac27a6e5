using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Fanfare.AspNetCore;

/// <summary>Bare WebSockets: messages in, messages out, without a protocol above.</summary>
public static class WebSocketEndpoints
{
    /// <summary>Registers what every WebSocket of the server shares: one scheduler, one timing wheel, a <see cref="TimeProvider"/> if there is none.</summary>
    public static IServiceCollection AddFanfareWebSockets(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<TimingWheel>();
        services.TryAddSingleton<IWriteBatchFactory, SocketWriteBatchFactory>();
        services.TryAddSingleton<DrainScheduler>();
        return services;
    }

    /// <summary>Accepts WebSockets at <paramref name="pattern"/>; other requests get 400.</summary>
    /// <param name="endpoints">Where to map it.</param>
    /// <param name="pattern">The route.</param>
    /// <param name="accept">Makes the handler of a client that has just connected; messages begin to come when it has returned. The handler's end is <see cref="IWebSocketHandler.OnClosed"/>.</param>
    /// <param name="options">Bounds; the defaults without it.</param>
    /// <exception cref="InvalidOperationException"><see cref="AddFanfareWebSockets"/> was not called.</exception>
    /// <remarks>Origins are not checked here: a browser's page of any site may connect unless a filter or middleware before it refuses.</remarks>
    public static IEndpointConventionBuilder MapWebSocket(
        this IEndpointRouteBuilder endpoints,
        [StringSyntax("Route")] string pattern,
        Func<WebSocketPeer, IWebSocketHandler> accept,
        WebSocketEndpointOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(accept);
        options ??= new WebSocketEndpointOptions();
        var scheduler = endpoints.ServiceProvider.GetRequiredService<DrainScheduler>();
        return endpoints.Map(pattern, context => ServeAsync(context, accept, options, scheduler));
    }

    private static Task ServeAsync(
        HttpContext context,
        Func<WebSocketPeer, IWebSocketHandler> accept,
        WebSocketEndpointOptions options,
        DrainScheduler scheduler)
    {
        // Accepting seldom waits: then no state machine of this method stays with each connection for its life.
        var accepting = WebSocketUpgrade.AcceptAsync(context, options.Limits.AllowDirectWrites);
#pragma warning disable VSTHRD103 // It is complete.
        return accepting.IsCompletedSuccessfully ? RunAsync(accepting.Result) : AwaitAsync(accepting);
#pragma warning restore VSTHRD103

        async Task AwaitAsync(ValueTask<WebSocketTransport?> pending) => await RunAsync(await pending.ConfigureAwait(false)).ConfigureAwait(false);

        Task RunAsync(WebSocketTransport? transport) =>
            transport is null ? Task.CompletedTask : new WebSocketPeer(transport, options, scheduler, accept).RunAsync();
    }
}
