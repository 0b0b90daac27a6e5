using System.Globalization;

namespace Fanfare.Chat.Http;

/// <summary>429 with <c>Retry-After</c> in whole seconds.</summary>
public sealed class TooManyRequests(TimeSpan retryAfter) : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var seconds = Math.Max(1, (long)Math.Ceiling(retryAfter.TotalSeconds));
        httpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Problem.Of(StatusCodes.Status429TooManyRequests, $"Try again in {seconds} s.").ExecuteAsync(httpContext);
    }
}
