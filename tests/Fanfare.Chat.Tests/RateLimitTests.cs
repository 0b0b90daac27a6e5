using System.Net;

namespace Fanfare.Chat.Tests;

public sealed class RateLimitTests
{
    [Fact]
    public async Task After_too_many_failures_a_name_is_closed_from_that_address_until_the_window_has_passed()
    {
        await using var server = await ChatServer.StartAsync("--Auth:RateLimit:Failures=3", "--Auth:RateLimit:WindowSeconds=7");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        for (var i = 0; i < 3; i++)
        {
            await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, await LogInAsync(ann, "Ann", "wrong password"));
        }

        var refused = await LogInAsync(ann, "ANN", TestUser.Password);
        await ProblemAssert.IsAsync(HttpStatusCode.TooManyRequests, refused);
        Assert.Equal(TimeSpan.FromSeconds(7), refused.Headers.RetryAfter!.Delta);
        await ProblemAssert.IsAsync(HttpStatusCode.TooManyRequests, await LogInAsync(ann, "Ann", "wrong password"));
        Assert.Equal(HttpStatusCode.OK, (await LogInAsync(bob, "Bob", TestUser.Password)).StatusCode);

        server.Clock.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(HttpStatusCode.OK, (await LogInAsync(ann, "Ann", TestUser.Password)).StatusCode);
    }

    [Fact]
    public async Task Many_attempts_at_once_get_no_further_than_the_same_attempts_in_turn()
    {
        await using var server = await ChatServer.StartAsync("--Auth:RateLimit:Failures=3");
        using var ann = await TestUser.RegisterAsync(server, "Ann");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => LogInAsync(ann, "Ann", "wrong password")));

        Assert.Equal(3, answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized));
        Assert.Equal(17, answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task Requests_are_counted_per_address_before_the_body_is_read_and_logout_is_free()
    {
        await using var server = await ChatServer.StartAsync("--Auth:RateLimit:Requests=3");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        await ProblemAssert.IsAsync(HttpStatusCode.BadRequest, await ann.PostTextAsync("/api/auth/refresh", "{"));
        await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, await ann.PostAsync("/api/auth/refresh", new { refreshToken = "x" }));

        var refused = await ann.PostTextAsync("/api/auth/refresh", "{", "text/plain");
        await ProblemAssert.IsAsync(HttpStatusCode.TooManyRequests, refused);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        await ProblemAssert.IsAsync(HttpStatusCode.TooManyRequests, await ann.PostAsync("/api/auth/register", new { name = "Bob", password = TestUser.Password }));

        await ann.GetJsonAsync("/api/rooms");
        await ann.LogOutAsync();
    }

    [Fact]
    public async Task A_forwarded_address_counts_for_nothing_unless_a_trusted_proxy_says_it()
    {
        await using var open = await ChatServer.StartAsync("--Auth:RateLimit:Requests=1");
        using var liar = TestUser.Anonymous(open);
        await ForwardedAsync(liar, "192.0.2.1");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await ForwardedAsync(liar, "192.0.2.2")).StatusCode);

        await using var proxied = await ChatServer.StartAsync("--Auth:RateLimit:Requests=1", "--TRUSTED_PROXIES=10.0.0.0/8, 127.0.0.1");
        using var client = TestUser.Anonymous(proxied);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ForwardedAsync(client, "192.0.2.1")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ForwardedAsync(client, "192.0.2.2")).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await ForwardedAsync(client, "192.0.2.2, 10.1.2.3")).StatusCode);
    }

    private static Task<HttpResponseMessage> LogInAsync(TestUser user, string name, string password) => user.PostAsync("/api/auth/login", new { name, password });

    private static Task<HttpResponseMessage> ForwardedAsync(TestUser user, string addresses)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/refresh") { Content = new StringContent("""{"refreshToken":"x"}""", null, "application/json") };
        request.Headers.Add("X-Forwarded-For", addresses);
        return user.SendAsync(request);
    }
}
