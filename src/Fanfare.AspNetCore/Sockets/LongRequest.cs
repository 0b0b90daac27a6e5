using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Fanfare.AspNetCore;

/// <summary>A request that lasts as long as its client likes: a WebSocket, an event stream.</summary>
internal static class LongRequest
{
    /// <summary>Takes off the limits that would end it: data rates, body size, request timeouts.</summary>
    public static void Unbind(HttpContext context)
    {
        var features = context.Features;
        if (features.Get<IHttpMinRequestBodyDataRateFeature>() is { } requestRate)
        {
            requestRate.MinDataRate = null;
        }

        if (features.Get<IHttpMinResponseDataRateFeature>() is { } responseRate)
        {
            responseRate.MinDataRate = null;
        }

        if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bodySize)
        {
            bodySize.MaxRequestBodySize = null;
        }

        features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
    }
}
