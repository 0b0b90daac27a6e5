using System.Diagnostics.CodeAnalysis;
using Fanfare;
using Fanfare.ServerSentEvents;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps event streams to paths.</summary>
public static class EventStreamEndpointRouteBuilderExtensions
{
    /// <summary>Serves a namespace as event streams: what goes to everybody at the path itself, rooms at <c>/rooms/{room}</c>, the caller's own room at <c>/user</c>.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path, such as <c>/events</c>.</param>
    /// <param name="namespace">The namespace. Default <c>/</c>.</param>
    /// <param name="configure">Options of these streams.</param>
    /// <exception cref="ArgumentException">An option cannot work; the text names it.</exception>
    /// <remarks>
    /// Product, section 5. A client has to say who it is (<see cref="NamespaceSetup.Authenticate"/>, unless the namespace allows anonymous ones) and reads only the
    /// rooms that <see cref="NamespaceSetup.AuthorizeRooms"/> allows. <c>Last-Event-ID</c> resumes: what was missed comes once and in order, or <c>reset</c> says that it cannot.
    /// </remarks>
    public static IEndpointConventionBuilder MapEventStream(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, string @namespace = "/", Action<EventStreamOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return Map(endpoints, pattern, @namespace, configure);
    }

    private static RouteGroupBuilder Map(IEndpointRouteBuilder endpoints, string pattern, string name, Action<EventStreamOptions>? configure)
    {
        var server = endpoints.ServiceProvider.GetRequiredService<EventStreamServer>();
        var @namespace = server.Find(name);
        var options = new EventStreamOptions();
        configure?.Invoke(options);
        var endpoint = server.CreateStreams(@namespace, options);
        var group = endpoints.MapGroup(pattern);
        if (options.Rooms is not null)
        {
            Add("", StreamRoute.Rooms);
        }
        else
        {
            Add("", StreamRoute.Everybody);
            Add("/rooms/{room}", StreamRoute.Rooms);
            Add("/user", StreamRoute.OwnUser);
            Add("/user/{id}", StreamRoute.User);
        }

        return group;

        // Any method, since the endpoint answers wrong ones in its own words.
        void Add(string path, StreamRoute route) =>
            group.Map(path, (RequestDelegate)(context => endpoint.HandleAsync(context, route))).WithDisplayName($"Event stream of {@namespace.Name}{path}");
    }
}
