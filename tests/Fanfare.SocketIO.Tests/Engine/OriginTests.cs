using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Fanfare.SocketIO.Tests.Engine;

/// <summary>Which pages may connect: product section 10 "Origin", protocol notes 1.8.</summary>
public sealed class OriginTests
{
    private const string Listed = "https://chat.example.com";

    /// <summary>Origins as a browser or an attacker may send them, and whether they pass. {host} is the server's own.</summary>
    private static readonly (string? Origin, bool Passes)[] Variants =
    [
        (null, true),
        ("http://{host}", true),
        ("HTTP://{host}", true),
        ("https://{host}", false),
        ("http://127.0.0.1", false),
        ("http://localhost:{port}", false),
        ("http://{host}.evil.com", false),
        ("http://evil.com/{host}", false),
        ("http://{host}@evil.com", false),
        ("http://evil.com#{host}", false),
        ("http://evil.com?{host}", false),
        ("http://evil.com:80", false),
        ("http://{host}/", false),
        ("http://{host}/path", false),
        ("http://{host}0", false),
        ("http://[::1]:{port}", false),
        ("ftp://{host}", false),
        ("ws://{host}", false),
        ("file://", false),
        ("null", false),
        ("", false),
        ("*", false),
        ("http://*", false),
        ("http://", false),
        ("{host}", false),
        ("https://chat.example.com", true),
        ("https://CHAT.example.com", true),
        ("https://chat.example.com:443", true),
        ("https://chat.example.com:8443", false),
        ("http://chat.example.com", false),
        ("https://chat.example.com.", false),
        ("https://chat.example.com.evil.com", false),
        ("https://evilchat.example.com", false),
        ("https://chat-example.com", false),
        ("https://example.com", false),
        ("https://sub.chat.example.com", false),
        ("https://*.example.com", false),
        ("https://chat.example.com\\@evil.com", false),
        ("https://user@chat.example.com", false),
        ("https://chat.example.com/", false),
        ("https://xn--cht-8cd.example.com", false),
        ("https://ch\u0430t.example.com", false),
        ("https://chat.example.com https://evil.com", false),
        ("https://chat.example.com, https://evil.com", false),
        ("https://chat.example.com%00.evil.com", false),
        ("chrome-extension://abcdefghijklmnop", false),
    ];

    [Theory]
    [InlineData("handshake")]
    [InlineData("poll")]
    [InlineData("push")]
    [InlineData("websocket")]
    [InlineData("upgrade")]
    [InlineData("preflight")]
    public async Task Only_the_same_origin_listed_ones_and_none_pass(string kind)
    {
        await using var server = await TestServer.StartAsync(static options => options.Engine.AllowedOrigins.Add(Listed));
        var host = $"127.0.0.1:{server.Port}";
        foreach (var (variant, passes) in Variants)
        {
            if (kind == "preflight" && variant is null)
            {
                continue;
            }

            var origin = variant?.Replace("{host}", host, StringComparison.Ordinal).Replace("{port}", $"{server.Port}", StringComparison.Ordinal);
            await using var link = await PollingLink.OpenAsync(server);
            if (kind == "poll")
            {
                await link.SendAsync("40");
            }

            var query = "EIO=4&transport=" + (kind is "websocket" or "upgrade" ? "websocket" : "polling") + (kind is "poll" or "push" or "upgrade" ? "&sid=" + link.Sid : "");
            var head = new StringBuilder()
                .Append(kind switch { "push" => "POST", "preflight" => "OPTIONS", _ => "GET" }).Append($" /socket.io/?{query} HTTP/1.1\r\nHost: {host}\r\n")
                .Append(origin is null ? "" : $"Origin: {origin}\r\n")
                .Append(kind switch
                {
                    "push" => "Content-Type: text/plain\r\nContent-Length: 1\r\nConnection: close\r\n\r\n3",
                    "preflight" => "Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n",
                    "websocket" or "upgrade" => "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                    _ => "Connection: close\r\n\r\n",
                });

            var status = await StatusAsync(server.Port, Encoding.UTF8.GetBytes(head.ToString()));

            var expected = kind switch { "websocket" or "upgrade" => 101, "preflight" => 204, _ => 200 };
            // What is no header value at all the web server may refuse by itself.
            Assert.True(passes ? status == expected : status is 403 or 400, $"{kind} from {origin ?? "nowhere"}: {status}");
        }

        Assert.InRange(server.Meters.Refused(FanfareMetrics.Limit.Origin), 30, Variants.Length);
    }

    [Fact]
    public async Task A_foreign_origin_reads_the_body_of_code_4()
    {
        await using var server = await TestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Url("EIO=4&transport=polling"));
        request.Headers.Add("Origin", "https://evil.com");

        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken).InTime();

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("""{"code":4,"message":"Forbidden"}""", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("GET", "EIO=4&transport=polling", 200)]
    [InlineData("GET", "EIO=4&transport=nonsense", 400)]
    [InlineData("POST", "EIO=4&transport=polling&sid={sid}", 200)]
    [InlineData("GET", "EIO=4&transport=polling&sid={sid}", 200)]
    public async Task A_listed_origin_may_read_every_answer_with_credentials(string method, string query, int status)
    {
        await using var server = await TestServer.StartAsync(static options => options.Engine.AllowedOrigins.Add(Listed));
        await using var link = await PollingLink.OpenAsync(server);
        await link.SendAsync("40");
        using var request = new HttpRequestMessage(new HttpMethod(method), server.Url(query.Replace("{sid}", link.Sid, StringComparison.Ordinal)));
        request.Headers.Add("Origin", Listed);
        request.Content = method == "POST" ? new StringContent("3") : null;

        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken).InTime();

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal([Listed], response.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["true"], response.Headers.GetValues("Access-Control-Allow-Credentials"));
        Assert.Contains("Origin", response.Headers.Vary);
    }

    [Fact]
    public async Task A_preflight_tells_methods_and_headers()
    {
        await using var server = await TestServer.StartAsync(static options => options.Engine.AllowedOrigins.Add(Listed));
        using var request = new HttpRequestMessage(HttpMethod.Options, server.Url("EIO=4&transport=polling"));
        request.Headers.Add("Origin", Listed);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type");

        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken).InTime();

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal([Listed], response.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Contains("POST", string.Join(',', response.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
        Assert.Contains("content-type", string.Join(',', response.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Where_the_check_is_off_a_foreign_origin_is_served_without_leave_to_read()
    {
        await using var server = await TestServer.StartAsync(static options =>
        {
            options.Engine.CheckOrigin = false;
            options.Engine.AllowedOrigins.Add(Listed);
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Url("EIO=4&transport=polling"));
        request.Headers.Add("Origin", "https://evil.com");

        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken).InTime();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task Without_a_list_no_header_says_anything()
    {
        await using var server = await TestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Url("EIO=4&transport=polling"));
        request.Headers.Add("Origin", $"http://127.0.0.1:{server.Port}");

        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken).InTime();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain(response.Headers, static header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://*.example.com")]
    [InlineData("https://chat.example.com/path")]
    public async Task A_list_that_cannot_work_stops_the_start_with_a_text_that_names_it(string origin)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var server = await TestServer.StartAsync(options => options.Engine.AllowedOrigins.Add(origin));
        });

        Assert.True(failure.ToString().Contains("origin", StringComparison.OrdinalIgnoreCase), failure.Message);
    }

    private static async Task<int> StatusAsync(int port, byte[] request)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port).InTime();
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(request).AsTask().InTime();
        var line = new byte[12];
        await stream.ReadExactlyAsync(line).AsTask().InTime();
        return int.Parse(line.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
    }
}
