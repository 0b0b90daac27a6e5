using Fanfare.SocketIO;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps Socket.IO and Engine.IO to paths.</summary>
public static class SocketIOEndpointRouteBuilderExtensions
{
    /// <summary>Serves Socket.IO v5 clients at a path.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="path">The path. Default <c>/socket.io/</c>, where clients look.</param>
    public static IEndpointConventionBuilder MapSocketIO(this IEndpointRouteBuilder endpoints, string path = "/socket.io/")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var server = endpoints.ServiceProvider.GetRequiredService<SocketIOServer>();
        return Map(endpoints, path, server.CreateEndpoint(), "Socket.IO");
    }

    /// <summary>Serves bare Engine.IO v4 clients at a path, for protocols of one's own.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="path">The path, such as <c>/engine.io/</c>.</param>
    /// <param name="onConnection">Told of each new connection, before its first message.</param>
    /// <param name="options">Options of this endpoint; by default the standard ones.</param>
    public static IEndpointConventionBuilder MapEngineIO(
        this IEndpointRouteBuilder endpoints, string path, Action<EngineConnection> onConnection, EngineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(onConnection);
        var server = endpoints.ServiceProvider.GetRequiredService<SocketIOServer>();
        return Map(endpoints, path, server.CreateBareEndpoint(options ?? new EngineOptions(), onConnection), "Engine.IO");
    }

    // Any method, since the endpoint answers wrong ones in its own words; a route serves its path with and without the slash at the end.
    private static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string path, EngineServer engine, string name) =>
        endpoints.Map(path, (RequestDelegate)engine.HandleAsync).WithDisplayName(name);
}
