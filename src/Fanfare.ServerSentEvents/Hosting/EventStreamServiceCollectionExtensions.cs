using Fanfare;
using Fanfare.AspNetCore;
using Fanfare.ServerSentEvents;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers event streams and publishing over HTTP.</summary>
public static class EventStreamServiceCollectionExtensions
{
    /// <summary>Adds event streams and publishing to Fanfare. Map them with <c>app.MapEventStream("/events")</c> and <c>app.MapPublish("/publish")</c>.</summary>
    /// <param name="builder">What <c>AddFanfareCore</c> or <c>AddFanfare</c> returned.</param>
    public static FanfareBuilder AddEventStreams(this FanfareBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<EventStreamServer>();
        builder.Services.TryAddSingleton<QueryTokenPrivacy>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<LoggerFilterOptions>, QueryTokenPrivacy>(PrivacyOf));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IOptionsChangeTokenSource<LoggerFilterOptions>, QueryTokenPrivacy>(PrivacyOf));
        return builder.AddEndpoints();
    }

    private static QueryTokenPrivacy PrivacyOf(IServiceProvider services) => services.GetRequiredService<QueryTokenPrivacy>();
}
