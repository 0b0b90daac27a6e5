using System.Globalization;
using System.Text.RegularExpressions;
using Fanfare;

namespace ConformanceHost.Values;

/// <summary>The users of the host: whoever shows the token <c>user:&lt;id&gt;</c> is that user.</summary>
internal static partial class TestUsers
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>Reads a token: <c>user:id</c> is valid an hour, <c>user:id:ms</c> that long from now, <c>user:id@ms</c> up to that instant.</summary>
    public static User? Read(string? token, bool knowsInstants = true)
    {
        if (token is null || Token().Match(token) is not { Success: true } match)
        {
            return null;
        }

        var now = DateTimeOffset.UtcNow;
        if (match.Groups["at"].Success)
        {
            return knowsInstants && TryRead(match.Groups["at"].ValueSpan, out var instant) && instant <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                ? new User(match.Groups["id"].Value, DateTimeOffset.FromUnixTimeMilliseconds(instant))
                : null;
        }

        if (!match.Groups["ms"].Success)
        {
            return new User(match.Groups["id"].Value, now + Lifetime);
        }

        return TryRead(match.Groups["ms"].ValueSpan, out var milliseconds) && milliseconds <= (DateTimeOffset.MaxValue - now).TotalMilliseconds
            ? new User(match.Groups["id"].Value, now + TimeSpan.FromMilliseconds(milliseconds))
            : null;
    }

    private static bool TryRead(ReadOnlySpan<char> digits, out long value) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    [GeneratedRegex(@"^user:(?<id>[a-z0-9]+)(:(?<ms>[0-9]+)|@(?<at>[0-9]+))?\z")]
    private static partial Regex Token();
}
