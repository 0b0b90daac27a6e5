using Microsoft.Extensions.DependencyInjection;

namespace Fanfare;

/// <summary>What is added to Fanfare besides its core: transports, a back-plane.</summary>
/// <param name="services">The application's services.</param>
public sealed class FanfareBuilder(IServiceCollection services)
{
    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; } = services;
}
