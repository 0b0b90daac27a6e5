using Microsoft.Data.Sqlite;

namespace Fanfare.Chat.Http;

/// <summary>What surrounds every request: safe headers, and no error without a problem body or with a stack trace.</summary>
public sealed partial class ApiGuard(RequestDelegate next, ILogger<ApiGuard> logger)
{
    private const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Runs the rest of the pipeline.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        var isApi = http.Request.Path.StartsWithSegments("/api");
        http.Response.OnStarting(static state => SetHeadersAsync((HttpContext)state), http);
        try
        {
            await next(http);
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            http.Response.Clear();
            http.Response.StatusCode = StatusOf(http, exception);
        }

        if (isApi && http.Response is { HasStarted: false, StatusCode: >= 400 } && http.Response.ContentLength is null && http.Response.ContentType is null)
        {
            await Problem.Of(http.Response.StatusCode).ExecuteAsync(http);
        }
    }

    private static Task SetHeadersAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        if (http.Request.Path.StartsWithSegments("/api"))
        {
            headers.CacheControl = "no-store";
        }

        return Task.CompletedTask;
    }

    private int StatusOf(HttpContext http, Exception exception)
    {
        switch (exception)
        {
            case BadHttpRequestException bad:
                return bad.StatusCode;
            case OperationCanceledException when http.RequestAborted.IsCancellationRequested:
                return StatusCodes.Status499ClientClosedRequest;
            case SqliteException:
                Log.StorageFailed(logger, exception);
                return StatusCodes.Status503ServiceUnavailable;
            default:
                Log.RequestFailed(logger, exception);
                return StatusCodes.Status500InternalServerError;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The database refused a request.", EventName = "StorageFailed")]
        public static partial void StorageFailed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Error, "A request failed.", EventName = "RequestFailed")]
        public static partial void RequestFailed(ILogger logger, Exception exception);
    }
}
