using System.Diagnostics.Metrics;
using Fanfare.Testing.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fanfare.Testing.Bus;

/// <summary>One application with a bus, and what it logs and counts.</summary>
public sealed class BusNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public BusNode(Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(Log));
        services.AddMetrics();
        services.AddFanfareCore();
        configure(services);
        _services = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
        Counters = new CounterRecorder(_services.GetRequiredService<IMeterFactory>());
        Bus = _services.GetRequiredService<IMessageBus>();
    }

    public LogRecorder Log { get; } = new();

    public CounterRecorder Counters { get; }

    public IMessageBus Bus { get; }

    public IServiceProvider Services => _services;

    public async ValueTask DisposeAsync()
    {
        Counters.Dispose();
        await _services.DisposeAsync();
    }
}
