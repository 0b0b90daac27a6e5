using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fanfare;

/// <summary>Registers the bus of one process, unless another is registered.</summary>
internal static class MemoryMessageBusServiceCollectionExtensions
{
    public static void TryAddMemoryMessageBus(this IServiceCollection services, Func<IServiceProvider, MessageSerializer> serializer)
    {
        services.AddOptions<MessageBusOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MessageBusOptions>, MessageBusOptions.Validation>());
        services.TryAddSingleton<IMessageBus>(provider => new MemoryMessageBus(
            serializer(provider),
            provider.GetRequiredService<IOptions<MessageBusOptions>>(),
            provider.GetRequiredService<FanfareMetrics>(),
            provider.GetRequiredService<ILogger<MemoryMessageBus>>()));
    }
}
