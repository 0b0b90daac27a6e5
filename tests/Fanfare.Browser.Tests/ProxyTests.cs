using System.Net;
using System.Net.Http.Json;

namespace Fanfare.Browser.Tests;

public sealed class ProxyTests(Chromium chromium)
{
    [Fact]
    public async Task Behind_a_trusted_proxy_browsers_chat_by_either_http_version()
    {
        await using var chat = await ChatProcess.StartAsync("http", "--TRUSTED_PROXIES=127.0.0.1");
        await using var nginx = await Nginx.StartAsync(chat.Url);
        await using var anns = await chromium.VisitAsync(nginx.Http1);
        await using var bobs = await chromium.VisitAsync(nginx.Http2);
        var (ann, bob) = (anns.Page, bobs.Page);
        await ann.RegisterAsync("Ann");
        await bob.RegisterAsync("Bob");
        Assert.Equal("http/1.1", await ann.HttpVersionAsync());
        Assert.Equal("h2", await bob.HttpVersionAsync());

        await ann.CreateRoomAsync("Garden");
        await bob.EnterRoomAsync("Garden");
        await ann.SayAsync("over the fence");
        await bob.ExpectMessagesAsync("over the fence");
        await bob.SayAsync("and back");
        await ann.ExpectMessagesAsync("over the fence", "and back");
        ann.ExpectQuiet();
        bob.ExpectQuiet();
    }

    [Fact]
    public async Task Without_trust_a_proxy_cannot_tell_the_scheme_and_the_origin_is_foreign()
    {
        await using var chat = await ChatProcess.StartAsync("http");
        await using var nginx = await Nginx.StartAsync(chat.Url);

        foreach (var (server, version) in new[] { (nginx.Http1, HttpVersion.Version11), (nginx.Http2, HttpVersion.Version20) })
        {
            Assert.Equal(HttpStatusCode.Forbidden, await RegisterAsync(server, version, "127.0.0.1", origin: true));
            Assert.Equal(HttpStatusCode.Created, await RegisterAsync(server, version, "127.0.0.1", origin: false));
        }
    }

    [Theory]
    [InlineData("--TRUSTED_PROXIES=127.0.0.0/30", HttpStatusCode.Created)]
    [InlineData("--TRUSTED_PROXIES=192.0.2.1", HttpStatusCode.TooManyRequests)]
    public async Task Only_a_trusted_proxy_tells_clients_apart(string trust, HttpStatusCode another)
    {
        await using var chat = await ChatProcess.StartAsync("http", trust, "--Auth:RateLimit:Requests=3");
        await using var nginx = await Nginx.StartAsync(chat.Url);

        for (var request = 0; request < 3; request++)
        {
            Assert.Equal(HttpStatusCode.Created, await RegisterAsync(nginx.Http1, HttpVersion.Version11, "127.0.0.9"));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await RegisterAsync(nginx.Http1, HttpVersion.Version11, "127.0.0.9"));
        Assert.Equal(another, await RegisterAsync(nginx.Http2, HttpVersion.Version20, "127.0.0.10"));
    }

    private static async Task<HttpStatusCode> RegisterAsync(Uri server, Version version, string address, bool origin = false)
    {
        using var client = Nginx.NewClient(address);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server, "/api/auth/register"))
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = JsonContent.Create(new { name = ChatPage.NewName("Ann"), password = ChatPage.Password }),
        };
        if (origin)
        {
            request.Headers.Add("Origin", server.GetLeftPart(UriPartial.Authority));
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken).InTime();
        return response.StatusCode;
    }
}
