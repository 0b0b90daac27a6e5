using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Fanfare.AspNetCore;

/// <summary>What all transports register.</summary>
public static class EndpointServices
{
    /// <summary>Registers the drain of long-lived connections at the stop of the host, the count of an address' connections over all wires, and what writes to many sockets with one call; may be called often.</summary>
    public static FanfareBuilder AddEndpoints(this FanfareBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<DrainList>();
        builder.Services.TryAddSingleton<AddressLimiter>();
        builder.Services.TryAddSingleton<IWriteBatchFactory, SocketWriteBatchFactory>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, EndpointDrain>());
        return builder;
    }
}
