using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Fanfare.Chat.Tests;

/// <summary>Who may read <c>/events…</c>, by which token, and when that ends.</summary>
public sealed class StreamEntryTests
{
    [Fact]
    public async Task Without_a_good_token_a_stream_is_401()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        foreach (var path in new[] { "/events", "/events/user", $"/events/rooms/{room}" })
        {
            Assert.Equal(401, await StatusAsync(server, path, _ => { }));
            Assert.Equal(401, await StatusAsync(server, path, request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "nonsense")));
            Assert.Equal(401, await StatusAsync(server, $"{path}?access_token={ann.AccessToken}", _ => { }));
            Assert.Equal(200, await StatusAsync(server, path, request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ann.AccessToken)));
        }
    }

    [Fact]
    public async Task The_token_in_the_query_is_taken_where_that_is_configured()
    {
        await using var server = await ChatServer.StartAsync("--Auth:QueryToken=true");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        Assert.Equal(200, await StatusAsync(server, $"/events/user?access_token={ann.AccessToken}", _ => { }));
        Assert.Equal(401, await StatusAsync(server, "/events/user?access_token=nonsense", _ => { }));
    }

    [Fact]
    public async Task No_log_shows_a_token_that_came_in_the_query_or_a_cookie()
    {
        using var folder = new TemporaryFolder();
        await using var chat = ChatProcess.Start(folder, "--Auth:QueryToken=true");
        using var http = new HttpClient { BaseAddress = new Uri(await chat.UrlAsync()) };
        using var registered = await http.PostAsJsonAsync("/api/auth/register", new { name = "Ann", password = TestUser.Password }, TestContext.Current.CancellationToken);
        var token = (await TestUser.JsonOf(registered)).Text("accessToken")!;
        foreach (var path in new[] { $"/events/user?access_token={token}", $"/events/rooms/unknown?access_token={token}", "/events/user" })
        {
            using var answer = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            Assert.Equal(path.Contains("unknown", StringComparison.Ordinal) ? HttpStatusCode.Forbidden : HttpStatusCode.OK, answer.StatusCode);
        }

        chat.Terminate();
        Assert.Equal(0, await chat.WaitForExitAsync());
        Assert.DoesNotContain(chat.OutputLines.Concat(chat.ErrorLines), line => line.Contains(token, StringComparison.Ordinal) || line.Contains("access_token", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_cookie_of_a_sign_in_opens_streams_and_nothing_else_until_logout_clears_it()
    {
        await using var server = await ChatServer.StartAsync();
        using var nobody = TestUser.Anonymous(server);
        using var registered = await nobody.PostAsync("/api/auth/register", new { name = "Ann", password = TestUser.Password });
        using var loggedIn = await nobody.PostAsync("/api/auth/login", new { name = "Ann", password = TestUser.Password });
        var session = await TestUser.JsonOf(loggedIn);
        using var refreshed = await nobody.PostAsync("/api/auth/refresh", new { refreshToken = session.Text("refreshToken") });
        var latest = await TestUser.JsonOf(refreshed);
        foreach (var (answer, of) in new[] { (registered, await TestUser.JsonOf(registered)), (loggedIn, session), (refreshed, latest) })
        {
            var token = of.Text("accessToken");
            var parts = CookieOf(answer);
            Assert.Equal($"chat_access={token}", parts[0]);
            Assert.Contains("path=/events", parts);
            Assert.Contains("httponly", parts);
            Assert.Contains("samesite=strict", parts);
            Assert.DoesNotContain("secure", parts);
            var expires = DateTimeOffset.Parse(parts.Single(part => part.StartsWith("expires=", StringComparison.Ordinal))[8..], System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(of.GetProperty("expiresAt").GetDateTimeOffset(), expires);
            Assert.Equal(200, await StatusAsync(server, "/events/user", request => request.Headers.Add("Cookie", parts[0])));
            Assert.Equal(403, await StatusAsync(server, "/events/user", request =>
            {
                request.Headers.Add("Cookie", parts[0]);
                request.Headers.Add("Sec-Fetch-Site", "cross-site");
            }));
            using var api = new HttpRequestMessage(HttpMethod.Get, "/api/rooms");
            api.Headers.Add("Cookie", parts[0]);
            Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.SendAsync(api)).StatusCode);
        }

        using var logout = await nobody.PostAsync("/api/auth/logout", new { refreshToken = latest.Text("refreshToken") });
        var cleared = CookieOf(logout);
        Assert.Equal("chat_access=", cleared[0]);
        Assert.Contains("path=/events", cleared);
        Assert.Contains("expires=thu, 01 jan 1970 00:00:00 gmt", cleared);
    }

    [Fact]
    public async Task The_cookie_is_secure_when_the_request_came_over_https()
    {
        await using var server = await ChatServer.StartAsync("--TRUSTED_PROXIES=10.0.0.0/8,127.0.0.0/8");
        using var nobody = TestUser.Anonymous(server);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/register") { Content = JsonContent.Create(new { name = "Ann", password = TestUser.Password }) };
        request.Headers.Add("X-Forwarded-For", "192.0.2.1");
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var answer = await nobody.SendAsync(request);
        Assert.Contains("secure", CookieOf(answer));
    }

    [Fact]
    public async Task A_foreign_origin_is_403_and_a_listed_one_may_read()
    {
        await using var server = await ChatServer.StartAsync("--ALLOWED_ORIGINS=https://friend.example");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        foreach (var path in new[] { "/events", "/events/user", "/events/unknown/path" })
        {
            Assert.Equal(403, await StatusAsync(server, path, request => request.Headers.Add("Origin", "https://evil.example")));
        }

        await using var stream = await EventStream.OpenAsync(server, "/events", request =>
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ann.AccessToken);
            request.Headers.Add("Origin", "https://friend.example");
        });
        Assert.Equal(["https://friend.example"], stream.Headers!.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["true"], stream.Headers!.GetValues("Access-Control-Allow-Credentials"));
        Assert.Equal(["Origin"], stream.Headers!.Vary);
    }

    [Fact]
    public async Task A_stream_ends_at_exp()
    {
        await using var server = await ChatServer.StartAsync("--Auth:AccessTokenSeconds=10");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        await using var stream = await EventStream.OpenAsync(server, ann, "/events/user");
        server.Clock.Advance(TimeSpan.FromSeconds(11));
        await stream.Ended;
        await using var again = await EventStream.OpenAsync(server, ann, "/events/user");
        Assert.Equal(HttpStatusCode.Unauthorized, again.Status);
    }

    [Fact]
    public async Task The_end_of_a_sign_in_ends_its_streams_and_no_others()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var elsewhere = await ann.SignInAgainAsync(server);
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await using var own = await EventStream.OpenAsync(server, ann, "/events/user");
        await using var ofRoom = await EventStream.OpenAsync(server, ann, $"/events/rooms/{room}");
        await using var general = await EventStream.OpenAsync(server, ann, "/events");
        await using var other = await EventStream.OpenAsync(server, elsewhere, "/events/user");

        await ann.LogOutAsync();

        await Task.WhenAll(own.Ended, ofRoom.Ended, general.Ended);
        await elsewhere.MakeRoomAsync("More", isPrivate: true);
        await other.NextAsync("room_added");
    }

    [Fact]
    public async Task Streams_count_among_the_connections_of_the_user()
    {
        await using var server = await ChatServer.StartAsync("--Limits:ConnectionsPerUser=2");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        await using var first = await EventStream.OpenAsync(server, ann, "/events");
        await using var second = await EventStream.OpenAsync(server, ann, "/events/user");
        Assert.Equal(429, await StatusAsync(server, "/events", request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ann.AccessToken)));
    }

    private static string[] CookieOf(HttpResponseMessage answer)
    {
        var parts = Assert.Single(answer.Headers.GetValues("Set-Cookie")).Split("; ");
        return [parts[0], .. parts.Skip(1).Select(part => part.ToLowerInvariant())];
    }

    private static async Task<int> StatusAsync(ChatServer server, string path, Action<HttpRequestMessage> prepare)
    {
        await using var stream = await EventStream.OpenAsync(server, path, prepare);
        return (int)stream.Status;
    }
}
