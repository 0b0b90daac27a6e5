using System.Diagnostics.CodeAnalysis;
using Fanfare.ServerSentEvents;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps publishing over HTTP to paths.</summary>
public static class PublishEndpointRouteBuilderExtensions
{
    /// <summary>Lets other back ends publish to the rooms of a namespace: <c>POST {"rooms":[…],"event":"…","data":…,"except"?:[…],"id"?:"…"}</c> is answered with <c>{"cursor":"…"}</c>.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path, such as <c>/publish</c>.</param>
    /// <param name="namespace">The namespace. Default <c>/</c>.</param>
    /// <param name="configure">Options, above all <see cref="PublishOptions.Allow"/>: nobody may publish unless it, or <c>RequireAuthorization()</c>, says so.</param>
    /// <exception cref="ArgumentException">An option cannot work; the text names it.</exception>
    /// <remarks>Product, sections 5 and 12. The same <c>id</c> of the same caller within five minutes is published once; with other content it is 409.</remarks>
    public static IEndpointConventionBuilder MapPublish(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, string @namespace = "/", Action<PublishOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return Map(endpoints, pattern, @namespace, configure);
    }

    private static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string pattern, string name, Action<PublishOptions>? configure)
    {
        var server = endpoints.ServiceProvider.GetRequiredService<EventStreamServer>();
        var @namespace = server.Find(name);
        var options = new PublishOptions();
        configure?.Invoke(options);
        var endpoint = server.CreatePublish(@namespace, options);

        // Any method, since the endpoint answers wrong ones in its own words.
        return endpoints.Map(pattern, (RequestDelegate)endpoint.HandleAsync).WithDisplayName($"Publishing to {@namespace.Name}");
    }
}
