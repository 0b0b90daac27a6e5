using Fanfare.Chat.Configuration;
using OpenTelemetry;
using OpenTelemetry.Resources;

namespace Fanfare.Chat.Http;

/// <summary>Sends metrics and traces where an OTLP endpoint is configured.</summary>
internal static class Telemetry
{
    public static void AddTelemetry(this WebApplicationBuilder builder, ChatOptions options)
    {
        if (options.TelemetryEndpoint is null)
        {
            return;
        }

        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("fanfare-chat"))
            .WithMetrics(metrics => metrics.AddMeter("Fanfare*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"))
            .WithTracing(tracing => tracing.AddSource("Fanfare*", "Microsoft.AspNetCore"))
            .UseOtlpExporter();
    }
}
