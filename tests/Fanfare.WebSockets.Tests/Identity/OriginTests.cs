namespace Fanfare.WebSockets.Tests.Identity;

/// <summary>Which pages may connect: product section 10 "Origin"; hardening row T01 for this wire.</summary>
public sealed class OriginTests
{
    private const string Host = "chat.example:8080";

    [Theory]
    [InlineData(null, 101)]
    [InlineData("http://chat.example:8080", 101)]
    [InlineData("HTTP://CHAT.example:8080", 101)]
    [InlineData("https://listed.example", 101)]
    [InlineData("https://LISTED.example", 101)]
    [InlineData("https://listed.example:443", 101)]
    [InlineData("http://xn--bcher-kva.example", 101)]
    [InlineData("https://chat.example:8080", 403)]
    [InlineData("http://chat.example", 403)]
    [InlineData("http://chat.example:80", 403)]
    [InlineData("http://chat.example:8081", 403)]
    [InlineData("http://chat.example:8080/", 403)]
    [InlineData("http://chat.example:8080/path", 403)]
    [InlineData("http://chat.example:8080?x", 403)]
    [InlineData("http://chat.example:8080#x", 403)]
    [InlineData("http://chat.example:8080.evil.example", 403)]
    [InlineData("http://evil.example/chat.example:8080", 403)]
    [InlineData("http://chat.example:8080@evil.example", 403)]
    [InlineData("http://evil.example@chat.example:8080", 403)]
    [InlineData("http://evilchat.example:8080", 403)]
    [InlineData("http://chat.example.:8080", 403)]
    [InlineData("http://sub.chat.example:8080", 403)]
    [InlineData("http://127.0.0.1", 403)]
    [InlineData("http://localhost", 403)]
    [InlineData("http://listed.example", 403)]
    [InlineData("https://listed.example:444", 403)]
    [InlineData("https://a.listed.example", 403)]
    [InlineData("https://listed.example.evil.example", 403)]
    [InlineData("https://listed.example, http://evil.example", 403)]
    [InlineData("https://listed.example https://listed.example", 403)]
    [InlineData("http://b\u00fccher.example", 403)]
    [InlineData("null", 403)]
    [InlineData("", 403)]
    [InlineData("*", 403)]
    [InlineData("http://*", 403)]
    [InlineData("http://*.example", 403)]
    [InlineData("file://", 403)]
    [InlineData("ws://chat.example:8080", 403)]
    [InlineData("//chat.example:8080", 403)]
    [InlineData("chat.example:8080", 403)]
    [InlineData("http:chat.example:8080", 403)]
    public async Task Exactly_the_same_and_the_listed_origins_pass(string? origin, int status)
    {
        await using var server = await TestServer.StartAsync(rooms: static options =>
        {
            options.AllowedOrigins.Add("https://listed.example");
            options.AllowedOrigins.Add("http://xn--bcher-kva.example");
        });
        string[] headers = origin is null ? [$"Host: {Host}"] : [$"Host: {Host}", $"Origin: {origin}"];

        await using var client = await RawClient.ConnectAsync(server, headers);

        Assert.Equal(status, client.Status);
        Assert.Equal(status == 403 ? 1 : 0, server.Meters.Refused(FanfareMetrics.Limit.Origin));
        Assert.Equal(status == 403 ? 1 : 0, server.Logs.Of("OriginRefused").Count);
    }

    [Theory]
    [InlineData("Cookie: user=u1", null, 403)]
    [InlineData("Cookie: user=u1", "http://chat.example:8080", 101)]
    [InlineData("Cookie: user=u1", "http://evil.example", 403)]
    [InlineData("Cookie: other=1", null, 101)]
    [InlineData(null, null, 101)]
    public async Task Where_the_user_comes_from_a_cookie_an_origin_is_needed(string? cookie, string? origin, int status)
    {
        await using var server = await TestServer.StartAsync(services: RequestUsers.Add);
        string?[] headers = [$"Host: {Host}", cookie, origin is null ? null : $"Origin: {origin}"];

        await using var client = await RawClient.ConnectAsync(server, [.. headers.OfType<string>()]);

        Assert.Equal(status, client.Status);
    }

    [Fact]
    public async Task The_origin_comes_before_everything_else()
    {
        await using var server = await TestServer.StartAsync(rooms: static options => options.MaxConnectionsPerAddress = 1);
        await using var first = await PlainClient.ConnectAsync(server);

        await using var badToken = await RawClient.ConnectAsync(server, "Origin: http://evil.example", "Authorization: Bearer !");

        Assert.Equal(403, badToken.Status);
    }

    [Fact]
    public async Task A_check_that_is_done_in_front_can_be_turned_off()
    {
        await using var server = await TestServer.StartAsync(rooms: static options => options.CheckOrigin = false);

        await using var client = await RawClient.ConnectAsync(server, "Origin: http://evil.example");

        Assert.Equal(101, client.Status);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://*.example")]
    [InlineData("example")]
    [InlineData("https://example/path")]
    public async Task What_is_no_origin_cannot_be_listed(string origin) =>
        await Assert.ThrowsAsync<ArgumentException>(() => TestServer.StartAsync(rooms: options => options.AllowedOrigins.Add(origin)));

    [Fact]
    public async Task A_request_that_is_no_WebSocket_is_told_to_upgrade()
    {
        await using var server = await TestServer.StartAsync();
        using var http = new HttpClient();

        using var response = await http.GetAsync($"http://127.0.0.1:{server.Port}/ws", TestContext.Current.CancellationToken).InTime();

        Assert.Equal(426, (int)response.StatusCode);
    }
}
