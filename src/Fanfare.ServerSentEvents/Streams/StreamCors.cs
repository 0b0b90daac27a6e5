using Fanfare.AspNetCore;
using Microsoft.AspNetCore.Http;

namespace Fanfare.ServerSentEvents;

/// <summary>Lets pages of listed origins read the answers.</summary>
/// <remarks>Fetch, "CORS protocol". Only listed origins are ever named in an answer, never <c>*</c>.</remarks>
internal sealed class StreamCors(EventStreamOptions options)
{
    private readonly OriginPolicy _origins = new(options.AllowedOrigins);
    private readonly bool _hasOrigins = options.AllowedOrigins.Count > 0;

    /// <summary>Adds the headers of an answer, be it to a preflight or to the request itself.</summary>
    public void Apply(HttpContext context)
    {
        if (!_hasOrigins)
        {
            return;
        }

        var headers = context.Response.Headers;
        headers.Append("Vary", "Origin");
        var origins = context.Request.Headers.Origin;
        if (origins.Count != 1 || !_origins.Lists(origins[0]))
        {
            return;
        }

        headers.AccessControlAllowOrigin = origins;
        if (options.AllowCredentials)
        {
            headers.AccessControlAllowCredentials = "true";
        }

        if (HttpMethods.IsOptions(context.Request.Method))
        {
            headers.AccessControlAllowMethods = "GET, HEAD";
            headers.AccessControlAllowHeaders = "authorization, cache-control, last-event-id";
            headers.AccessControlMaxAge = "600";
        }
    }
}
