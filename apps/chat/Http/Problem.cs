using System.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;

namespace Fanfare.Chat.Http;

/// <summary>An error answer as RFC 9457 wants it: <c>application/problem+json</c>.</summary>
public sealed class Problem : IResult
{
    private readonly int _status;
    private readonly string? _detail;
    private readonly Dictionary<string, string[]>? _errors;

    private Problem(int status, string? detail = null, Dictionary<string, string[]>? errors = null)
    {
        _status = status;
        _detail = detail;
        _errors = errors;
    }

    /// <summary>404: there is no such thing, or none that the caller may know of.</summary>
    public static Problem NotFound { get; } = new(StatusCodes.Status404NotFound);

    /// <summary>403: the caller sees it but may not do this.</summary>
    public static Problem Forbidden { get; } = new(StatusCodes.Status403Forbidden);

    /// <summary>A problem that says no more than its status code.</summary>
    public static Problem Of(int status, string? detail = null) => new(status, detail);

    /// <summary>409 with a sentence for people.</summary>
    public static Problem Conflict(string detail) => new(StatusCodes.Status409Conflict, detail);

    /// <summary>400 for one field.</summary>
    public static Problem Invalid(string field, string text) => Invalid(new Dictionary<string, string[]> { [field] = [text] });

    /// <summary>400 with the texts of each invalid field.</summary>
    public static Problem Invalid(Dictionary<string, string[]> errors) => new(StatusCodes.Status400BadRequest, errors: errors);

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = _status;
        var body = new ProblemBody(
            "about:blank",
            ReasonPhrases.GetReasonPhrase(_status) is { Length: > 0 } title ? title : "Error",
            _status,
            _detail,
            Activity.Current?.Id ?? httpContext.TraceIdentifier,
            _errors);
        return httpContext.Response.WriteAsJsonAsync(body, ProblemJson.Default.ProblemBody, "application/problem+json");
    }
}
