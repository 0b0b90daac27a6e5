using System.Diagnostics.CodeAnalysis;
using Fanfare.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the plain JSON wire to paths.</summary>
public static class RoomsEndpointRouteBuilderExtensions
{
    /// <summary>Serves the rooms of a namespace to bare WebSockets: one JSON object per text frame.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path, such as <c>/ws</c>.</param>
    /// <param name="namespace">The namespace. Default <c>/</c>.</param>
    /// <param name="configure">Options of this endpoint.</param>
    /// <exception cref="ArgumentException">An option cannot work; the text names it.</exception>
    /// <remarks>
    /// Product, section 4. Handlers that are registered on the namespace serve this wire too. A client has to say who it is
    /// (<see cref="Fanfare.NamespaceSetup.Authenticate"/>) and can enter only the rooms that <see cref="Fanfare.NamespaceSetup.AuthorizeRooms"/> allows;
    /// <see cref="Fanfare.NamespaceSetup.OpenRooms"/> opens rooms to everybody.
    /// </remarks>
    public static IEndpointConventionBuilder MapRooms(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, string @namespace = "/", Action<RoomsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var options = new RoomsOptions();
        configure?.Invoke(options);
        options.Validate();
        var endpoint = endpoints.ServiceProvider.GetRequiredService<RoomsServer>().CreateEndpoint(@namespace, options);
        return endpoints.Map(pattern, (RequestDelegate)endpoint.HandleAsync).WithDisplayName($"Rooms of {@namespace}");
    }
}
