using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Fanfare.ServerSentEvents;

/// <summary>Keeps tokens out of the log once an endpoint takes them from the query: the framework writes the URL of each request before anybody can take them out.</summary>
internal sealed class QueryTokenPrivacy : IPostConfigureOptions<LoggerFilterOptions>, IOptionsChangeTokenSource<LoggerFilterOptions>, IDisposable
{
    private const string Category = "Microsoft.AspNetCore.Hosting.Diagnostics";

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
    /// <remarks>After all that the application says, and for each provider that has rules of its own, since those go before the general ones. A stricter rule stays.</remarks>
    public void PostConfigure(string? name, LoggerFilterOptions options)
    {
        if (!_isOn)
        {
            return;
        }

        foreach (var provider in options.Rules.Select(static rule => rule.ProviderName).Append(null).Distinct().ToArray())
        {
            var rule = options.Rules.Where(rule => rule.ProviderName == provider && Covers(rule.CategoryName)).OrderBy(static rule => rule.CategoryName?.Length ?? -1).LastOrDefault();
            if (rule is null && (provider is not null || options.MinLevel > LogLevel.Warning))
            {
                // The general rules hold, or the least level of all, which is stricter.
                continue;
            }

            if (rule?.LogLevel is null or < LogLevel.Warning)
            {
                // The rule with the longest name counts, of equal ones the last; with a * in it a name may be longer than that of the category.
                var categories = rule?.CategoryName is { } longer && longer.Length > Category.Length ? longer : Category;
                options.Rules.Add(new LoggerFilterRule(provider, categories, LogLevel.Warning, rule?.Filter));
            }
        }
    }

    /// <inheritdoc/>
    public IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

    /// <inheritdoc/>
    public void Dispose() => _changed.Dispose();

    /// <summary>Whether a rule for these categories, a prefix with perhaps one <c>*</c> in it, is one for ours.</summary>
    private static bool Covers(string? categories)
    {
        var parts = (categories ?? "").Split('*', 2);
        return Category.StartsWith(parts[0], StringComparison.OrdinalIgnoreCase) && (parts.Length == 1 || Category.EndsWith(parts[1], StringComparison.OrdinalIgnoreCase));
    }
}
