using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Fanfare.AspNetCore;

/// <summary>Closes the connections of all endpoints while the host still serves requests, so that clients are told and come back elsewhere, not all at once.</summary>
internal sealed class EndpointDrain(DrainList endpoints, IOptions<FanfareOptions> options, IHostApplicationLifetime lifetime) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _cut = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _hasBegun;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // At this signal, and not at StopAsync, which the web server may hold back until its connections are gone.
        lifetime.ApplicationStopping.Register(Begin);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.Register(_cut.Cancel).ConfigureAwait(false);
        // A host that is stopped without a signal comes here first.
        Begin();
        await _drained.Task.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _cut.Dispose();

    // The signal and the host come at the same time; clients are told once.
    private void Begin()
    {
        if (!Interlocked.Exchange(ref _hasBegun, true))
        {
            _ = DrainAsync();
        }
    }

    private async Task DrainAsync()
    {
        try
        {
            await endpoints.DrainAsync(options.Value.DrainTime, _cut.Token).ConfigureAwait(false);
            _drained.TrySetResult();
        }
        catch (Exception exception)
        {
            _drained.TrySetException(exception);
        }
    }
}
