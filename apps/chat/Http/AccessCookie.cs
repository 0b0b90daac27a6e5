using System.Globalization;

namespace Fanfare.Chat.Http;

/// <summary>The cookie by which a browser's <c>EventSource</c>, which can set no header, shows the access token. It goes to event streams only.</summary>
internal static class AccessCookie
{
    public const string Name = "chat_access";

    /// <summary>Path of the streams.</summary>
    public const string Path = "/events";

    /// <param name="http">The request whose answer sets it.</param>
    /// <param name="accessToken">The token.</param>
    /// <param name="expiresAt">When the token ends, as the session tells it.</param>
    public static void Set(HttpContext http, string accessToken, string expiresAt)
    {
        var options = Options(http);
        options.Expires = DateTimeOffset.Parse(expiresAt, CultureInfo.InvariantCulture);
        http.Response.Cookies.Append(Name, accessToken, options);
    }

    public static void Clear(HttpContext http) => http.Response.Cookies.Delete(Name, Options(http));

    private static CookieOptions Options(HttpContext http) => new() { Path = Path, HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = http.Request.IsHttps, IsEssential = true };
}
