using System.Collections.Concurrent;

namespace Fanfare.AspNetCore;

/// <summary>What has to be closed before the server stops: each endpoint with long-lived connections puts itself in. Safe to use from any thread.</summary>
public sealed class DrainList
{
    private readonly ConcurrentBag<Func<TimeSpan, CancellationToken, Task>> _drains = [];

    /// <summary>Adds an endpoint.</summary>
    /// <param name="drain">Closes its connections, a few at a time, within the given time; cancelled when the host will wait no longer.</param>
    public void Add(Func<TimeSpan, CancellationToken, Task> drain) => _drains.Add(drain);

    /// <summary>Closes everything.</summary>
    public Task DrainAsync(TimeSpan duration, CancellationToken cancellationToken) =>
        Task.WhenAll(_drains.Select(drain => drain(duration, cancellationToken)));

    /// <summary>Calls <paramref name="close"/> for each of <paramref name="connections"/>, spread over the time, so that their clients do not come back all at once.</summary>
    public static async Task PaceAsync<T>(IReadOnlyList<T> connections, Action<T> close, TimeSpan duration, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connections);
        ArgumentNullException.ThrowIfNull(close);
        const int Steps = 50;
        var batch = Math.Max(1, (connections.Count + Steps - 1) / Steps);
        for (var i = 0; i < connections.Count; i++)
        {
            close(connections[i]);
            if ((i + 1) % batch == 0 && i + 1 < connections.Count)
            {
                await Task.Delay(duration / Steps, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
