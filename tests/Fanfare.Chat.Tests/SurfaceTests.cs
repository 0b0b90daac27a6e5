using System.Net;
using System.Text.RegularExpressions;

namespace Fanfare.Chat.Tests;

/// <summary>What every answer carries, health, and the OpenAPI document.</summary>
public sealed class SurfaceTests(SharedServer shared) : IClassFixture<SharedServer>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/rooms/abc")]
    [InlineData("/unknown")]
    [InlineData("/api/rooms")]
    [InlineData("/api/unknown")]
    [InlineData("/health/live")]
    [InlineData("/openapi/v1.json")]
    public async Task Every_answer_carries_the_safe_headers(string path)
    {
        using var nobody = TestUser.Anonymous(shared.Server);
        using var answer = await nobody.GetAsync(path);

        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        foreach (var directive in new[] { "default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "script-src 'self'" })
        {
            Assert.Contains(directive, policy.Split("; "));
        }

        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Server"));
        if (path.StartsWith("/api", StringComparison.Ordinal))
        {
            Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        }
    }

    [Fact]
    public async Task Health_is_open_and_ready_says_when_the_database_is_away()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ChatServer.StartOnAsync(folder.File("chat.db"));
        using var nobody = TestUser.Anonymous(server);
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync("/health/ready")).StatusCode);

        File.Move(folder.File("chat.db"), folder.File("away.db"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await nobody.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync("/health/live")).StatusCode);

        File.Move(folder.File("away.db"), folder.File("chat.db"));
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync("/health/ready")).StatusCode);
    }

    [Fact]
    public async Task The_openapi_document_names_every_route_of_the_api_and_its_body()
    {
        using var nobody = TestUser.Anonymous(shared.Server);

        var paths = (await nobody.GetJsonAsync("/openapi/v1.json")).GetProperty("paths");

        var routes = paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name} {path.Name}"));
        Assert.Equal(
            [
                "delete /api/invitations/{id}", "delete /api/rooms/{id}/members/{userId}", "get /api/invitations", "get /api/rooms", "get /api/rooms/{id}", "get /api/rooms/{id}/members",
                "get /api/rooms/{id}/messages", "post /api/auth/login", "post /api/auth/logout", "post /api/auth/refresh", "post /api/auth/register", "post /api/invitations/{id}/accept",
                "post /api/rooms", "post /api/rooms/{id}/invitations", "post /api/rooms/{id}/messages", "put /api/rooms/{id}/read",
            ],
            routes.Order(StringComparer.Ordinal));
        var login = paths.GetProperty("/api/auth/login").GetProperty("post");
        Assert.True(login.GetProperty("requestBody").GetProperty("content").Has("application/json"));
        Assert.True(login.GetProperty("responses").Has("429"));
        Assert.Equal(["before", "id", "limit"], paths.GetProperty("/api/rooms/{id}/messages").GetProperty("get").GetProperty("parameters").Texts("name").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_jwt_key_is_made_once_for_its_owner_alone()
    {
        using var folder = new TemporaryFolder();
        string key;
        await using (await ChatServer.StartOnAsync(folder.File("chat.db")))
        {
            key = await File.ReadAllTextAsync(folder.File("jwt.key"), TestContext.Current.CancellationToken);
        }

        await using var again = await ChatServer.StartOnAsync(folder.File("chat.db"));
        Assert.Equal(key, await File.ReadAllTextAsync(folder.File("jwt.key"), TestContext.Current.CancellationToken));
        Assert.Matches(new Regex("^[0-9A-Za-z_-]{43,}$"), key);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("jwt.key")));
        }
    }
}
