using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Fanfare.AspNetCore;

/// <summary>Closes the connections of all endpoints while the host still serves requests, so that clients are told and come back elsewhere, not all at once.</summary>
internal sealed class EndpointDrain(DrainList endpoints, IOptions<FanfareOptions> options, IHostApplicationLifetime lifetime) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _cut = new();
    private Task? _drain;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // At this signal, and not at StopAsync, which the web server may hold back until its connections are gone.
        lifetime.ApplicationStopping.Register(() => _drain ??= endpoints.DrainAsync(options.Value.DrainTime, _cut.Token));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.Register(_cut.Cancel).ConfigureAwait(false);
        // A host that is stopped without a signal comes here first.
        _drain ??= endpoints.DrainAsync(options.Value.DrainTime, _cut.Token);
        await _drain.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _cut.Dispose();
}
