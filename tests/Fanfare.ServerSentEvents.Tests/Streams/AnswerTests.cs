using System.Net;
using Microsoft.AspNetCore.Builder;

namespace Fanfare.ServerSentEvents.Tests;

public sealed class AnswerTests
{
    private const string Room = "/events/rooms/open";

    [Fact]
    public async Task Origins_pass_exactly_or_not_at_all()
    {
        await using var host = await StreamHost.StartAsync(static options =>
        {
            options.AllowedOrigins.Add("https://app.example.com");
            options.AllowedOrigins.Add("http://localhost:8080");
        });
        var port = host.Address.Port;
        string[] good =
        [
            $"http://127.0.0.1:{port}", $"HTTP://127.0.0.1:{port}", "https://app.example.com", "https://APP.example.com", "HTTPS://APP.EXAMPLE.COM",
            "https://app.example.com:443", "http://localhost:8080", "http://LOCALHOST:8080",
        ];
        string[] bad =
        [
            $"https://127.0.0.1:{port}", "http://127.0.0.1", $"http://127.0.0.1:{port + 1}", $"http://localhost:{port}", $"http://127.0.0.1:{port}/", "null", "*", "https://*",
            "https://app.example.com:8443", "http://app.example.com", "https://app.example.com.evil.com", "https://evilapp.example.com", "https://sub.app.example.com",
            "https://example.com", "https://app.example.com/", "https://app.example.com/path", "https://app.example.com@evil.com", "https://app.example.com#x",
            "https://app.example.com?x", "https://app.example.com https://evil.com", "https://app.example.com,https://evil.com", "https://app.example.com.", "https://xn--pp-8cd.example.com",
            "//app.example.com", "app.example.com", "https:/app.example.com", "https://", "file://", "http://localhost", "http://127.0.0.1:8080", "ws://app.example.com",
            "chrome-extension://abc",
        ];

        foreach (var origin in good)
        {
            Assert.Equal((origin, HttpStatusCode.OK), (origin, await host.StatusAsync(Room, headers: ("Origin", origin))));
        }

        foreach (var origin in bad)
        {
            Assert.Equal((origin, HttpStatusCode.Forbidden), (origin, await host.StatusAsync(Room, headers: ("Origin", origin))));
        }

        Assert.Equal(40, good.Length + bad.Length);
        Assert.Equal(HttpStatusCode.OK, await host.StatusAsync(Room));
    }

    [Fact]
    public async Task A_star_is_no_origin_that_can_be_listed()
    {
        var fault = await Assert.ThrowsAsync<ArgumentException>(() => StreamHost.StartAsync(static options => options.AllowedOrigins.Add("*")));

        Assert.Equal("EventStreamOptions.AllowedOrigins is *; it must be scheme://host[:port], without a path, and no *.", fault.Message);
    }

    [Fact]
    public async Task Pages_of_listed_origins_may_read_and_others_are_told_nothing()
    {
        await using var host = await StreamHost.StartAsync(static options =>
        {
            options.AllowedOrigins.Add("https://app.example.com");
            options.AllowCredentials = true;
        });

        using var answer = await host.AskAsync(Room, headers: ("Origin", "https://app.example.com"));
        using var preflight = await host.AskAsync(
            Room, null, HttpMethod.Options, ("Origin", "https://app.example.com"), ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", "last-event-id"));
        using var foreign = await host.AskAsync(Room, null, HttpMethod.Options, ("Origin", "https://evil.com"), ("Access-Control-Request-Method", "GET"));
        using var refused = await host.AskAsync(Room, null, headers: ("Origin", "https://app.example.com"));

        Assert.Equal(["https://app.example.com"], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["true"], answer.Headers.GetValues("Access-Control-Allow-Credentials"));
        Assert.Contains("Origin", answer.Headers.Vary);
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Equal(["https://app.example.com"], preflight.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["authorization, cache-control, last-event-id"], preflight.Headers.GetValues("Access-Control-Allow-Headers"));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        Assert.False(foreign.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(["https://app.example.com"], refused.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    public async Task Other_methods_are_told_which_are_allowed(string method)
    {
        await using var host = await StreamHost.StartAsync();

        using var answer = await host.AskAsync(Room, method: new HttpMethod(method));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["GET", "HEAD", "OPTIONS"], answer.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("text/event-stream", true)]
    [InlineData("TEXT/Event-Stream", true)]
    [InlineData("*/*", true)]
    [InlineData("text/*;q=0.1", true)]
    [InlineData("application/json, */*;q=0.1", true)]
    [InlineData("text/html, text/event-stream;q=0.5", true)]
    [InlineData("application/json", false)]
    [InlineData("text/html", false)]
    [InlineData("*/*, text/event-stream;q=0", false)]
    [InlineData("text/event-stream;q=0", false)]
    [InlineData("*/*;q=0", false)]
    public async Task An_accept_header_that_excludes_streams_is_not_acceptable(string accept, bool isAcceptable)
    {
        await using var host = await StreamHost.StartAsync();

        Assert.Equal(isAcceptable ? HttpStatusCode.OK : HttpStatusCode.NotAcceptable, await host.StatusAsync(Room, headers: ("Accept", accept)));
    }

    [Fact]
    public async Task Answers_come_in_their_order()
    {
        await using var host = await StreamHost.StartAsync(static options => options.MaxConnectionsPerAddress = 1);
        await using var only = await host.ReadAsync(Room);
        (string, string) foreign = ("Origin", "https://evil.com");
        (string, string) json = ("Accept", "application/json");

        Assert.Equal(HttpStatusCode.Forbidden, await host.StatusAsync("/events/rooms/secret", null, HttpMethod.Post, foreign, json));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await host.StatusAsync("/events/rooms/secret", null, HttpMethod.Post, json));
        Assert.Equal(HttpStatusCode.NotAcceptable, await host.StatusAsync("/events/rooms/secret", null, headers: json));
        Assert.Equal(HttpStatusCode.Unauthorized, await host.StatusAsync("/events/rooms/secret", null));
        Assert.Equal(HttpStatusCode.Forbidden, await host.StatusAsync("/events/rooms/secret"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await host.StatusAsync(Room));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("nonsense")]
    [InlineData("old:ann")]
    [InlineData("user:")]
    public async Task Who_does_not_prove_who_he_is_is_told_how(string? token)
    {
        await using var host = await StreamHost.StartAsync();
        foreach (var path in (string[])["/events", Room, "/events/user", "/events/user/ann"])
        {
            using var answer = await host.AskAsync(path, token);

            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("Bearer", Assert.Single(answer.Headers.WwwAuthenticate).ToString());
        }

        Assert.Equal(0, host.Main.ConnectionCount);
    }

    [Fact]
    public async Task An_anonymous_reader_needs_no_proof_where_the_namespace_says_so_but_a_bad_one_is_refused()
    {
        await using var host = await StreamHost.StartAsync(fanfare: static options => options.ConfigureNamespaces = static n => n.AllowAnonymous = true);
        await using var reader = await host.ReadAsync(Room, user: null);
        await host.Main.To("open").EmitAsync("n", 1);

        Assert.Equal("n", (await reader.NextAsync()).Name);
        Assert.Equal(HttpStatusCode.Unauthorized, await host.StatusAsync(Room, "nonsense"));
        Assert.Equal(HttpStatusCode.Unauthorized, await host.StatusAsync("/events/user", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await host.StatusAsync("/events/user/ann", null));
        Assert.Equal(HttpStatusCode.Forbidden, await host.StatusAsync("/events/rooms/private-ann", null));
    }

    [Fact]
    public async Task One_forbidden_room_makes_the_whole_request_forbidden()
    {
        await using var host = await StreamHost.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await host.StatusAsync("/events/rooms/open-a?room=open-b&room=private-ann"));
        Assert.Equal(HttpStatusCode.Forbidden, await host.StatusAsync("/events/rooms/open-a?room=open-b&room=private-bob"));
        Assert.Equal(HttpStatusCode.Forbidden, await host.StatusAsync("/events/rooms/private-bob?room=open"));
    }

    [Fact]
    public async Task A_hundred_others_are_refused_and_get_no_byte_of_a_stream()
    {
        await using var host = await StreamHost.StartAsync();
        for (var i = 0; i < 100; i++)
        {
            using var answer = await host.AskAsync($"/events/user/{(i % 2 == 0 ? "bob" : "ann%20")}{i}");

            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(HttpStatusCode.OK, await host.StatusAsync("/events/user/ann"));
        await host.WhenEmptyAsync();
    }

    [Fact]
    public async Task A_policy_lets_a_user_read_what_is_meant_for_another()
    {
        await using var host = await StreamHost.StartAsync(static options => options.AllowUser = static (user, id) => ValueTask.FromResult(user.Id == "boss" && id != "top secret"));
        await using var reader = await host.ReadAsync("/events/user/a%2Fb", "boss");
        var cursor = await host.Main.To(User.RoomOf("a/b")).EmitAsync("private", 1);
        await host.Main.To(User.RoomOf("boss")).EmitAsync("own", 1);
        await host.Main.To(User.RoomOf("a/b")).EmitAsync("private", 2);

        Assert.Equal(["1", "2"], (await reader.TakeAsync(2)).Select(static found => found.Data));
        await using var resumed = await host.OpenAsync("/events/user/a%2Fb", "boss", cursor.ToString());
        Assert.Equal("2", (await resumed.TakeAsync(2))[1].Data);
        Assert.Equal(HttpStatusCode.Forbidden, await host.StatusAsync("/events/user/a%2Fb"));
        Assert.Equal(HttpStatusCode.Forbidden, await host.StatusAsync("/events/user/top%20secret", "user:boss"));
    }

    [Fact]
    public async Task Too_many_streams_of_an_address_or_a_user_are_told_to_come_back_later()
    {
        await using var host = await StreamHost.StartAsync(
            static options => options.MaxConnectionsPerAddress = 3,
            static options => options.ConfigureNamespaces = static n => n.Limits.MaxConnectionsPerUser = 2);
        await using var first = await host.ReadAsync();
        await using var second = await host.ReadAsync("/events");
        using var ofUser = await host.AskAsync(Room);
        await using var third = await host.ReadAsync(user: "bob");
        using var ofAddress = await host.AskAsync(Room, "user:eve");

        Assert.Equal(HttpStatusCode.TooManyRequests, ofUser.StatusCode);
        Assert.NotNull(ofUser.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.TooManyRequests, ofAddress.StatusCode);
        Assert.NotNull(ofAddress.Headers.RetryAfter);
        Assert.Equal(1, host.Counters["fanfare.limit.refused{limit=connections_per_user}"]);
        Assert.Equal(1, host.Counters["fanfare.limit.refused{limit=connections_per_address}"]);
    }

    [Fact]
    public async Task Head_answers_as_get_does_and_registers_nothing()
    {
        await using var host = await StreamHost.StartAsync();

        using var answer = await host.AskAsync(Room, method: HttpMethod.Head);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(HttpStatusCode.Unauthorized, await host.StatusAsync(Room, null, HttpMethod.Head));
        Assert.Equal(HttpStatusCode.Forbidden, await host.StatusAsync("/events/rooms/secret", method: HttpMethod.Head));
        Assert.Equal(0, host.Main.ConnectionCount);
        Assert.Equal(0, host.Counters["fanfare.closes"]);
    }

    [Fact]
    public async Task Rooms_can_be_chosen_by_the_application_and_the_policy_is_asked_all_the_same()
    {
        await using var host = await StreamHost.StartAsync(map: static app =>
            app.MapEventStream("/sse/{channel}", configure: static options => options.Rooms = static context => context.Request.RouteValues["channel"] is "none" ? [] : [$"{context.Request.RouteValues["channel"]}"]));
        await using var reader = await host.ReadAsync("/sse/open-7");
        await host.Main.To("open-7").EmitAsync("n", 1);

        Assert.Equal("n", (await reader.NextAsync()).Name);
        Assert.Equal(HttpStatusCode.Forbidden, await host.StatusAsync("/sse/secret"));
        Assert.Equal(HttpStatusCode.NotFound, await host.StatusAsync("/sse/none"));
        Assert.Equal(HttpStatusCode.NotFound, await host.StatusAsync("/sse/open/rooms/open"));
    }
}
