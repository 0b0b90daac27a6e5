using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Fanfare.ServerSentEvents;

/// <summary>The head of an answer that is an event stream.</summary>
internal static class StreamHead
{
    /// <summary>Sets its headers: nothing on the way may keep, change or hold back what follows.</summary>
    public static void Write(HttpContext context)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var headers = context.Response.Headers;
        headers.ContentType = "text/event-stream; charset=utf-8";
        headers.CacheControl = "no-cache, no-transform";
        headers["X-Accel-Buffering"] = "no";
    }
}
