using System.Globalization;

namespace Fanfare.Chat.Text;

/// <summary>Times as the contract writes them: ISO 8601 in UTC with three digits of milliseconds.</summary>
public static class Timestamps
{
    /// <summary>Writes a time.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Writes a time kept as milliseconds since 1970.</summary>
    public static string Format(long milliseconds) => Format(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
}
