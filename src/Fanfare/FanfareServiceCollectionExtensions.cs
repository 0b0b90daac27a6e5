using Fanfare;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Fanfare with every transport.</summary>
public static class FanfareServiceCollectionExtensions
{
    /// <summary>Adds Fanfare: rooms on every wire, on one node until a back-plane is added.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Options of the server.</param>
    public static FanfareBuilder AddFanfare(this IServiceCollection services, Action<FanfareOptions>? configure = null) =>
        services.AddFanfareCore(configure).AddSocketIO().AddRooms().AddEventStreams();
}
