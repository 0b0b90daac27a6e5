using Fanfare;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the core of Fanfare.</summary>
public static class FanfareCoreServiceCollectionExtensions
{
    /// <summary>Adds rooms and namespaces on one node, without any transport. Applications usually call <c>AddFanfare</c>, which brings every transport.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Options of the server.</param>
    public static FanfareBuilder AddFanfareCore(this IServiceCollection services, Action<FanfareOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<FanfareOptions>();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<FanfareMetrics>();
        services.TryAddSingleton<IAdapterFactory, LocalAdapterFactory>();
        services.TryAddSingleton<FanfareServer>();
        services.TryAddSingleton<IFanfare>(static provider => provider.GetRequiredService<FanfareServer>());
        services.TryAddMemoryMessageBus(static provider => provider.GetRequiredService<FanfareServer>().Serializer);
        return new FanfareBuilder(services);
    }
}
