using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fanfare.WebSockets.Tests;

/// <summary>Authentication by ASP.NET Core for tests: the cookie <c>user</c> says who somebody is.</summary>
internal sealed class RequestUsers(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Name = "test";

    public static void Add(IServiceCollection services) => services.AddAuthentication(Name).AddScheme<AuthenticationSchemeOptions, RequestUsers>(Name, null);

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
        Task.FromResult(Request.Cookies["user"] is { Length: > 0 } user
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, user)], Name)), Name))
            : AuthenticateResult.NoResult());
}
