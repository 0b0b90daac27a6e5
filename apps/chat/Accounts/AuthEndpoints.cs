using Fanfare.Chat.Text;
using Fanfare.Chat.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fanfare.Chat.Accounts;

/// <summary>The routes under <c>/api/auth</c>.</summary>
internal static class AuthEndpoints
{
    public static void MapAuth(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/api/auth").WithTags("Accounts");
        auth.MapPost("/logout", LogoutAsync).Takes<RefreshRequest>().Answers(204).Refuses(400, 413, 415);

        var limited = auth.MapGroup("").AddEndpointFilter(LimitRequestsAsync);
        limited.MapPost("/register", RegisterAsync).Takes<Credentials>().Answers<Session>(201).Refuses(400, 409, 413, 415, 429);
        limited.MapPost("/login", LoginAsync).Takes<Credentials>().Answers<Session>(200).Refuses(400, 401, 413, 415, 429);
        limited.MapPost("/refresh", RefreshAsync).Takes<RefreshRequest>().Answers<Session>(200).Refuses(400, 401, 413, 415, 429);
    }

    private static ValueTask<object?> LimitRequestsAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var limits = context.HttpContext.RequestServices.GetRequiredService<SignInLimits>();
        return limits.TryRequest(context.HttpContext, out var retryAfter) ? next(context) : ValueTask.FromResult<object?>(new TooManyRequests(retryAfter));
    }

    private static async Task<IResult> RegisterAsync(HttpContext http, AccountService accounts)
    {
        var body = await JsonBody.ReadAsync(http.Request);
        var (typedName, password) = (body.Text("name"), body.Text("password"));
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }

        var name = DisplayName.TryCreate(typedName ?? "", DisplayName.MaximumOfUser);
        if (name is null || password is null || !Passwords.IsAcceptable(password))
        {
            var errors = new Dictionary<string, string[]>();
            if (name is null)
            {
                errors["name"] = ["A name has 1 to 32 characters, all of them visible."];
            }

            if (password is null || !Passwords.IsAcceptable(password))
            {
                errors["password"] = ["A password has 8 to 128 characters."];
            }

            return Problem.Invalid(errors);
        }

        return await accounts.RegisterAsync(name, password) is { } session
            ? SignedIn(http, session, StatusCodes.Status201Created)
            : Problem.Conflict("This name is taken.");
    }

    private static async Task<IResult> LoginAsync(HttpContext http, AccountService accounts, SignInLimits limits)
    {
        var body = await JsonBody.ReadAsync(http.Request);
        var (typedName, password) = (body.Text("name"), body.Text("password"));
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }

        if (typedName is null || password is null)
        {
            return Missing(("name", typedName), ("password", password));
        }

        var name = DisplayName.TryCreate(typedName, DisplayName.MaximumOfUser);
        var (session, retryAfter) = await limits.AttemptAsync(http, name?.Key ?? typedName, () => accounts.LoginAsync(name, password));
        return retryAfter is { } wait ? new TooManyRequests(wait) : SessionOr401(http, session);
    }

    private static async Task<IResult> RefreshAsync(HttpContext http, AccountService accounts)
    {
        var body = await JsonBody.ReadAsync(http.Request);
        var refreshToken = body.Text("refreshToken");
        return body.Refusal ?? (refreshToken is null ? Missing(("refreshToken", null)) : SessionOr401(http, await accounts.RefreshAsync(refreshToken)));
    }

    private static async Task<IResult> LogoutAsync(HttpContext http, AccountService accounts)
    {
        var body = await JsonBody.ReadAsync(http.Request);
        var refreshToken = body.Text("refreshToken");
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }

        if (refreshToken is null)
        {
            return Missing(("refreshToken", null));
        }

        await accounts.LogoutAsync(refreshToken);
        AccessCookie.Clear(http);
        return TypedResults.NoContent();
    }

    private static IResult SessionOr401(HttpContext http, Session? session) =>
        session is null ? Problem.Of(StatusCodes.Status401Unauthorized) : SignedIn(http, session, StatusCodes.Status200OK);

    private static JsonHttpResult<Session> SignedIn(HttpContext http, Session session, int status)
    {
        AccessCookie.Set(http, session.AccessToken, session.ExpiresAt);
        return TypedResults.Json(session, AccountsJson.Default.Session, statusCode: status);
    }

    private static Problem Missing(params ReadOnlySpan<(string Field, string? Value)> fields)
    {
        var errors = new Dictionary<string, string[]>();
        foreach (var (field, value) in fields)
        {
            if (value is null)
            {
                errors[field] = ["It is missing."];
            }
        }

        return Problem.Invalid(errors);
    }
}
