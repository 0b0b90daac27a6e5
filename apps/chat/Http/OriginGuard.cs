using Fanfare.AspNetCore;
using Fanfare.Chat.Configuration;
using Microsoft.Net.Http.Headers;

namespace Fanfare.Chat.Http;

/// <summary>
/// Lets pages of our own and of the listed origins in, and everybody who is no browser; answers pre-flight requests. Everyone else
/// gets 403 before anything else is looked at.
/// </summary>
public sealed class OriginGuard(RequestDelegate next, ChatOptions options)
{
    private readonly OriginPolicy _policy = new(options.AllowedOrigins);

    /// <summary>Checks the origin, then runs the rest of the pipeline.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        if (!IsGuarded(http.Request.Path))
        {
            return next(http);
        }

        // Of streams Fanfare says by itself who may read them.
        var isStream = http.Request.Path.StartsWithSegments(AccessCookie.Path) && !IsPreflight(http.Request);
        var isAllowed = _policy.Allows(http.Request);
        if (isStream && isAllowed)
        {
            return next(http);
        }

        // Answers differ by origin: no cache may hand one out for another.
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        if (!isAllowed)
        {
            return Problem.Of(StatusCodes.Status403Forbidden, "This origin is not allowed.").ExecuteAsync(http);
        }

        return http.Request.Headers.Origin is [{ } origin] && _policy.Lists(origin) ? AllowListed(http, origin) : next(http);
    }

    // Fanfare guards /socket.io itself, by the same policy and in the words of that wire.
    private static bool IsGuarded(PathString path) => path.StartsWithSegments("/api") || path.StartsWithSegments("/ws") || path.StartsWithSegments("/events");

    private static bool IsPreflight(HttpRequest request) => HttpMethods.IsOptions(request.Method) && request.Headers.ContainsKey(HeaderNames.AccessControlRequestMethod);

    private Task AllowListed(HttpContext http, string origin)
    {
        http.Response.OnStarting(() =>
        {
            http.Response.Headers.AccessControlAllowOrigin = origin;
            http.Response.Headers.AccessControlAllowCredentials = "true";
            return Task.CompletedTask;
        });
        if (!IsPreflight(http.Request))
        {
            return next(http);
        }

        http.Response.StatusCode = StatusCodes.Status204NoContent;
        http.Response.Headers.AccessControlAllowMethods = "GET, POST, PUT, DELETE";
        http.Response.Headers.AccessControlAllowHeaders = http.Request.Path.StartsWithSegments(AccessCookie.Path) ? "authorization, content-type, last-event-id" : "authorization, content-type";
        http.Response.Headers.AccessControlMaxAge = "600";
        return Task.CompletedTask;
    }
}
