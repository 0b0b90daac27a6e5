using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Fanfare.ServerSentEvents;

/// <summary>Keeps tokens out of the log once an endpoint takes them from the query: the framework writes the URL of each request before anybody can take them out.</summary>
internal sealed class QueryTokenPrivacy : IConfigureOptions<LoggerFilterOptions>, IOptionsChangeTokenSource<LoggerFilterOptions>, IDisposable
{
    private CancellationTokenSource _changed = new();
    private volatile bool _isOn;

    /// <inheritdoc/>
    string IOptionsChangeTokenSource<LoggerFilterOptions>.Name => Options.DefaultName;

    /// <summary>From now on lines about single requests are written from warnings on.</summary>
    public void TurnOn()
    {
        if (_isOn)
        {
            return;
        }

        _isOn = true;
        using var before = Interlocked.Exchange(ref _changed, new CancellationTokenSource());
        before.Cancel();
    }

    /// <inheritdoc/>
    public void Configure(LoggerFilterOptions options)
    {
        if (_isOn)
        {
            options.Rules.Add(new LoggerFilterRule(null, "Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning, null));
        }
    }

    /// <inheritdoc/>
    public IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

    /// <inheritdoc/>
    public void Dispose() => _changed.Dispose();
}
