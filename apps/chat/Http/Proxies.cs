using Fanfare.Chat.Configuration;
using Microsoft.AspNetCore.HttpOverrides;

namespace Fanfare.Chat.Http;

/// <summary>Believes the forwarded headers of trusted proxies, and of nobody else.</summary>
internal static class Proxies
{
    public static void UseTrustedProxies(this IApplicationBuilder app, ChatOptions options)
    {
        if (options.TrustedProxies.Count == 0)
        {
            return;
        }

        var forwarded = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            ForwardLimit = null,
        };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in options.TrustedProxies)
        {
            forwarded.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(forwarded);
    }
}
