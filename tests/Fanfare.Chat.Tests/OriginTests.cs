using System.Net;

namespace Fanfare.Chat.Tests;

public sealed class OriginTests(OriginTests.ListingServer shared) : IClassFixture<OriginTests.ListingServer>
{
    [Theory]
    [InlineData(null, 200)]
    [InlineData("{same}", 200)]
    [InlineData("https://friend.example", 200)]
    [InlineData("http://second.example:8080", 200)]
    [InlineData("http://friend.example", 403)]
    [InlineData("https://friend.example:444", 403)]
    [InlineData("https://friend.example.evil.example", 403)]
    [InlineData("https://evil-friend.example", 403)]
    [InlineData("https://friend.example/", 403)]
    [InlineData("https://sub.friend.example", 403)]
    [InlineData("{same}0", 403)]
    [InlineData("http://localhost", 403)]
    [InlineData("null", 403)]
    [InlineData("*", 403)]
    [InlineData("", 403)]
    public async Task Only_our_own_pages_and_listed_ones_get_in(string? origin, int status)
    {
        using var ann = await TestUser.RegisterAsync(shared.Server);
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/rooms");
        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin.Replace("{same}", shared.Server.Url.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal));
        }

        using var answer = await ann.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        var isListed = status == 200 && origin?.EndsWith('}') == false;
        Assert.Equal(isListed, answer.Headers.Contains("Access-Control-Allow-Origin"));
        if (isListed)
        {
            Assert.Equal([origin!], answer.Headers.GetValues("Access-Control-Allow-Origin"));
            Assert.Equal(["true"], answer.Headers.GetValues("Access-Control-Allow-Credentials"));
            Assert.Contains("Origin", answer.Headers.Vary);
        }
    }

    [Fact]
    public async Task A_refused_origin_is_told_before_anything_else()
    {
        await using var server = await ChatServer.StartAsync("--Auth:RateLimit:Requests=1");
        using var nobody = TestUser.Anonymous(server);
        foreach (var path in new[] { "/api/unknown", "/api/auth/login", "/api/auth/login", "/api/rooms" })
        {
            var request = new HttpRequestMessage(HttpMethod.Patch, path);
            request.Headers.Add("Origin", "https://evil.example");
            await ProblemAssert.IsAsync(HttpStatusCode.Forbidden, await nobody.SendAsync(request));
        }
    }

    [Fact]
    public async Task A_preflight_of_a_listed_origin_is_answered_with_methods_and_headers()
    {
        await using var server = await ChatServer.StartAsync("--ALLOWED_ORIGINS=https://friend.example");
        using var nobody = TestUser.Anonymous(server);

        using var answer = await nobody.SendAsync(Preflight("https://friend.example"));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(["https://friend.example"], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Contains("PUT", string.Join(',', answer.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
        Assert.Equal("authorization, content-type", string.Join(", ", answer.Headers.GetValues("Access-Control-Allow-Headers")));

        using var refused = await nobody.SendAsync(Preflight("https://evil.example"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task An_error_for_a_listed_origin_can_be_read_by_its_page()
    {
        await using var server = await ChatServer.StartAsync("--ALLOWED_ORIGINS=https://friend.example");
        using var nobody = TestUser.Anonymous(server);
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/rooms");
        request.Headers.Add("Origin", "https://friend.example");
        using var answer = await nobody.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(["https://friend.example"], answer.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task The_same_origin_is_what_a_trusted_proxy_says_and_nobody_else()
    {
        await using var proxied = await ChatServer.StartAsync("--TRUSTED_PROXIES=127.0.0.1");
        await using var open = await ChatServer.StartAsync();
        foreach (var (server, status) in new[] { (proxied, HttpStatusCode.Unauthorized), (open, HttpStatusCode.Forbidden) })
        {
            using var nobody = TestUser.Anonymous(server);
            var request = new HttpRequestMessage(HttpMethod.Get, "/api/rooms");
            request.Headers.Add("Origin", "https://chat.example");
            request.Headers.Add("X-Forwarded-For", "192.0.2.1");
            request.Headers.Add("X-Forwarded-Proto", "https");
            request.Headers.Add("X-Forwarded-Host", "chat.example");
            Assert.Equal(status, (await nobody.SendAsync(request)).StatusCode);
        }
    }

    private static HttpRequestMessage Preflight(string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, "/api/rooms");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        return request;
    }

    public sealed class ListingServer : SharedServer
    {
        protected override string[] Settings => ["--ALLOWED_ORIGINS= https://Friend.example ,http://second.example:8080,"];
    }
}
