using Fanfare;
using Fanfare.AspNetCore;
using Fanfare.SocketIO;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the Socket.IO server.</summary>
public static class SocketIOServiceCollectionExtensions
{
    /// <summary>Adds the Socket.IO server to Fanfare. Map it with <c>app.MapSocketIO()</c>.</summary>
    /// <param name="builder">What <c>AddFanfareCore</c> or <c>AddFanfare</c> returned.</param>
    /// <param name="configure">Options; a value that cannot work stops the application at its start with a text that names it.</param>
    public static FanfareBuilder AddSocketIO(this FanfareBuilder builder, Action<SocketIOOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = builder.Services.AddOptions<SocketIOOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SocketIOOptions>, SocketIOOptionsValidator>());
        builder.Services.TryAddSingleton<SocketIOServer>();
        return builder.AddEndpoints();
    }
}
