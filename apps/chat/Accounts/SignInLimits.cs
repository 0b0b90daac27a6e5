using Fanfare.Chat.Configuration;
using Fanfare.Chat.Http;

namespace Fanfare.Chat.Accounts;

/// <summary>How often an address may knock, and how often a name may be tried from it.</summary>
public sealed class SignInLimits(ChatOptions options, TimeProvider time)
{
    private readonly SlidingWindow<string> _requests = new(options.Auth.Requests, options.Auth.Window, time);
    private readonly SlidingWindow<(string Address, string Name)> _failures = new(options.Auth.Failures, options.Auth.Window, time);
    private readonly KeyedLock<(string Address, string Name)> _turns = new();

    /// <summary>Counts a request; false when the address has made too many.</summary>
    public bool TryRequest(HttpContext http, out TimeSpan retryAfter) => _requests.TryAdd(AddressOf(http), out retryAfter);

    /// <summary>
    /// Runs one attempt to sign in, unless too many with this name from this address have failed. Attempts of one pair take turns:
    /// otherwise many at once would all pass before the first has failed.
    /// </summary>
    /// <returns>What the attempt returned (null: failed, counted), or how long to wait.</returns>
    public async Task<(T? Result, TimeSpan? RetryAfter)> AttemptAsync<T>(HttpContext http, string name, Func<Task<T?>> attempt)
        where T : class
    {
        var key = (AddressOf(http), name.Length <= 64 ? name : name[..64]);
        using var turn = await _turns.EnterAsync(key, http.RequestAborted);
        if (_failures.IsFull(key, out var retryAfter))
        {
            return (null, retryAfter);
        }

        var result = await attempt();
        if (result is null)
        {
            _failures.TryAdd(key, out _);
        }

        return (result, null);
    }

    private static string AddressOf(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress;
        return address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4().ToString() : address?.ToString() ?? "";
    }
}
