namespace Fanfare.Chat.Accounts;

/// <summary>The caller of a request.</summary>
public static class CallerFeature
{
    /// <summary>Who makes this request; only for routes that require authorization.</summary>
    public static Caller Caller(this HttpContext http) => http.Features.Get<Caller>() ?? throw new InvalidOperationException("The route does not require authorization.");
}
