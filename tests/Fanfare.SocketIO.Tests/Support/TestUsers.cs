using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fanfare.SocketIO.Tests;

/// <summary>Authentication for tests: the query says who somebody is (<c>user</c>) and until when (<c>exp</c>, seconds).</summary>
internal sealed class TestUsers(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Name = "test";

    public static void Add(IServiceCollection services) => services.AddAuthentication(Name).AddScheme<AuthenticationSchemeOptions, TestUsers>(Name, null);

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var user = Request.Query["user"].ToString();
        if (user.Length == 0)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var claims = new List<Claim> { new(ClaimTypes.NameIdentifier, user) };
        if (long.TryParse(Request.Query["exp"], CultureInfo.InvariantCulture, out var exp))
        {
            claims.Add(new Claim("exp", exp.ToString(CultureInfo.InvariantCulture)));
        }

        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, Name)), Name)));
    }
}
