using Fanfare;
using Fanfare.AspNetCore;
using Fanfare.WebSockets;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the plain JSON wire.</summary>
public static class RoomsServiceCollectionExtensions
{
    /// <summary>Adds the plain wire to Fanfare. Map it with <c>app.MapRooms("/ws")</c>.</summary>
    /// <param name="builder">What <c>AddFanfareCore</c> or <c>AddFanfare</c> returned.</param>
    public static FanfareBuilder AddRooms(this FanfareBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<RoomsServer>();
        return builder.AddEndpoints();
    }
}
