using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Fanfare.SocketIO.Tests.Engine;

/// <summary>Engine.IO v4, the checks of a request and the handshake: protocol notes 1.1 to 1.3.</summary>
public sealed partial class RequestTests
{
    private const string TransportUnknown = """{"code":0,"message":"Transport unknown"}""";
    private const string SessionUnknown = """{"code":1,"message":"Session ID unknown"}""";
    private const string BadMethod = """{"code":2,"message":"Bad handshake method"}""";
    private const string BadRequest = """{"code":3,"message":"Bad request"}""";
    private const string Unsupported = """{"code":5,"message":"Unsupported protocol version"}""";

    [Theory]
    [InlineData("GET", "EIO=4", TransportUnknown)]
    [InlineData("GET", "EIO=4&transport=", TransportUnknown)]
    [InlineData("GET", "EIO=4&transport=carrier-pigeon", TransportUnknown)]
    [InlineData("GET", "EIO=4&transport=constructor", TransportUnknown)]
    [InlineData("GET", "EIO=4&transport=Polling", TransportUnknown)]
    [InlineData("GET", "EIO=4&transport=polling&sid=unknown", SessionUnknown)]
    [InlineData("POST", "EIO=4&transport=polling&sid=unknown", SessionUnknown)]
    [InlineData("POST", "EIO=4&transport=polling", BadMethod)]
    [InlineData("PUT", "EIO=4&transport=polling", BadMethod)]
    [InlineData("DELETE", "EIO=4&transport=polling", BadMethod)]
    [InlineData("OPTIONS", "EIO=4&transport=polling", BadMethod)]
    [InlineData("GET", "EIO=4&transport=websocket", BadRequest)]
    [InlineData("GET", "EIO=4&transport=websocket&sid={polling}", BadRequest)]
    [InlineData("GET", "EIO=4&transport=polling&sid={websocket}", BadRequest)]
    [InlineData("POST", "EIO=4&transport=polling&sid={websocket}", BadRequest)]
    [InlineData("GET", "transport=polling", Unsupported)]
    [InlineData("GET", "EIO=3&transport=polling", Unsupported)]
    [InlineData("GET", "EIO=5&transport=polling", Unsupported)]
    [InlineData("GET", "EIO=abc&transport=polling", Unsupported)]
    // The first check that fails answers.
    [InlineData("POST", "EIO=3&transport=abc&sid=unknown", TransportUnknown)]
    [InlineData("POST", "EIO=3&transport=polling&sid=unknown", SessionUnknown)]
    [InlineData("POST", "EIO=3&transport=polling", BadMethod)]
    public async Task A_request_that_fails_a_check_is_told_which(string method, string query, string body)
    {
        await using var server = await TestServer.StartAsync();
        await using var polling = await PollingLink.OpenAsync(server);
        await using var webSocket = await WebSocketLink.OpenAsync(server);
        query = query.Replace("{polling}", polling.Sid, StringComparison.Ordinal).Replace("{websocket}", webSocket.Sid, StringComparison.Ordinal);

        using var request = new HttpRequestMessage(new HttpMethod(method), server.Url(query));
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken).InTime();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(body, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        // Nobody was harmed.
        await polling.SendAsync("3");
        await webSocket.SendAsync("3", "40");
        Assert.StartsWith("40{", await webSocket.NextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EIO=4&transport=abc")]
    [InlineData("EIO=4&transport=websocket&sid=unknown")]
    [InlineData("EIO=4&transport=polling")]
    public async Task A_WebSocket_request_that_fails_a_check_is_refused_before_the_handshake(string query)
    {
        await using var server = await TestServer.StartAsync();

        var answer = await RawHttp.ExchangeAsync(
            server.Port,
            $"GET /socket.io/?{query} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_transport_that_is_switched_off_is_unknown()
    {
        await using var server = await TestServer.StartAsync(static options => options.Engine.Transports.Remove(EngineOptions.WebSocket));
        await using var link = await PollingLink.OpenAsync(server);

        var (status, body) = await server.GetAsync("EIO=4&transport=websocket");

        Assert.Equal((HttpStatusCode.BadRequest, TransportUnknown), (status, body));
        Assert.Contains("\"upgrades\":[]", link.Open, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_handshake_tells_five_things_and_no_others()
    {
        await using var server = await TestServer.StartAsync(static options =>
        {
            options.Engine.PingInterval = TimeSpan.FromMilliseconds(12345);
            options.Engine.PingTimeout = TimeSpan.FromMilliseconds(6789);
            options.Engine.MaxPayloadBytes = 54321;
        });

        using var response = await server.Http.GetAsync(server.Url("EIO=4&transport=polling&t=abc&b64=1"), TestContext.Current.CancellationToken).InTime();
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal("text/plain; charset=UTF-8", response.Content.Headers.ContentType?.ToString());
        Assert.True(response.Headers.CacheControl?.NoStore);
        using var open = JsonDocument.Parse(body[1..]);
        Assert.Equal(["sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"], open.RootElement.EnumerateObject().Select(static property => property.Name));
        var sid = open.RootElement.GetProperty("sid").GetString()!;
        Assert.Matches(SidForm(), sid);
        Assert.Equal($$"""0{"sid":"{{sid}}","upgrades":["websocket"],"pingInterval":12345,"pingTimeout":6789,"maxPayload":54321}""", body);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_a_further_transport_no_upgrade_is_offered(bool isWebSocket)
    {
        await using var server = await TestServer.StartAsync(options => options.Engine.AllowUpgrades = isWebSocket);

        await using var link = await EngineLink.OpenAsync(server, isWebSocket ? EngineLink.WebSocket : EngineLink.Polling);

        Assert.Contains("\"upgrades\":[]", link.Open, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_ids_are_random_in_every_bit()
    {
        const int Count = 300;
        await using var server = await TestServer.StartAsync(static options => options.Engine.MaxConnectionsPerAddress = 0);
        var ones = new int[120];
        var seen = new HashSet<string>();
        for (var i = 0; i < Count; i++)
        {
            await using var link = await PollingLink.OpenAsync(server);
            Assert.True(seen.Add(link.Sid));
            var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(link.Sid);
            for (var bit = 0; bit < 120; bit++)
            {
                ones[bit] += (bytes[bit / 8] >> (bit % 8)) & 1;
            }
        }

        // Six standard deviations of a fair coin.
        Assert.All(ones, static count => Assert.InRange(count, 98, 202));
    }

    [Theory]
    [InlineData("no entry", "no entry")]
    [InlineData("line\nbreak \"quoted\"", "line\\nbreak \\u0022quoted\\u0022")]
    public async Task The_application_may_refuse_a_request_with_its_own_text(string text, string inJson)
    {
        await using var server = await TestServer.StartAsync(options => options.Engine.AllowRequest = async context =>
        {
            await Task.Yield();
            return context.Request.Query["token"] == "good" ? null : text;
        });

        var (status, body) = await server.GetAsync("EIO=4&transport=polling");
        await using var link = await PollingLink.OpenAsync(server, "&token=good");

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Equal($$"""{"code":4,"message":"{{inJson}}"}""", body);
    }

    [Fact]
    public async Task Cookie_and_header_hooks_go_where_they_belong()
    {
        await using var server = await TestServer.StartAsync(static options =>
        {
            options.Engine.CookieName = "io";
            options.Engine.InitialHeaders = static context => context.Response.Headers.Append("x-initial", "1");
            options.Engine.Headers = static context => context.Response.Headers.Append("x-each", "1");
        });
        using var first = await server.Http.GetAsync(server.Url("EIO=4&transport=polling"), TestContext.Current.CancellationToken).InTime();
        using var open = JsonDocument.Parse((await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))[1..]);
        var sid = open.RootElement.GetProperty("sid").GetString();

        using var content = new StringContent("40");
        using var push = await server.Http.PostAsync(server.Url($"EIO=4&transport=polling&sid={sid}"), content, TestContext.Current.CancellationToken).InTime();
        using var poll = await server.Http.GetAsync(server.Url($"EIO=4&transport=polling&sid={sid}"), TestContext.Current.CancellationToken).InTime();

        Assert.Equal($"io={sid}; Path=/; HttpOnly; SameSite=Lax", first.Headers.GetValues("set-cookie").Single());
        Assert.True(first.Headers.Contains("x-initial") && first.Headers.Contains("x-each"));
        Assert.False(push.Headers.Contains("set-cookie") || push.Headers.Contains("x-initial"));
        Assert.False(poll.Headers.Contains("set-cookie") || poll.Headers.Contains("x-initial"));
        Assert.True(push.Headers.Contains("x-each") && poll.Headers.Contains("x-each"));
    }

    [Fact]
    public async Task The_application_sees_the_query_and_headers_of_the_handshake()
    {
        var seen = new Recorder<Handshake>();
        await using var server = await TestServer.StartAsync(setup: fanfare => fanfare.Of("/").OnConnection(connection => seen.Add(connection.Handshake)));

        await using var client = await SocketClient.ConnectAsync(server, EngineLink.Polling, query: "&room=a%20b&room=c&fail", auth: """{"token":"x"}""");
        var handshake = await seen.Next();

        Assert.Equal("c", handshake.Request.QueryValue("room"));
        Assert.Equal("", handshake.Request.QueryValue("fail"));
        Assert.Equal("polling", handshake.Request.QueryValue("transport"));
        Assert.Equal("4", handshake.Request.QueryValue("EIO"));
        Assert.Equal("/socket.io/?EIO=4&transport=polling&room=a%20b&room=c&fail", handshake.Request.Url);
        Assert.Equal("127.0.0.1", handshake.Address);
        Assert.Equal("""{"token":"x"}""", Encoding.UTF8.GetString(handshake.AuthJson.Span));
        Assert.False(handshake.IsCrossDomain);
        Assert.False(handshake.Request.IsSecure);
    }

    [Fact]
    public async Task A_whole_URL_as_target_and_foreign_Upgrade_headers_are_served()
    {
        await using var server = await TestServer.StartAsync();

        var whole = await RawHttp.ExchangeAsync(
            server.Port, $"GET http://localhost:{server.Port}/socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost:{server.Port}\r\nConnection: close\r\n\r\n");
        var foreign = await RawHttp.ExchangeAsync(
            server.Port, "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\nConnection: close, Upgrade\r\nUpgrade: h2c\r\n\r\n");

        Assert.Contains("\r\n\r\n0{\"sid\":\"", whole, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\n0{\"sid\":\"", foreign, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_HTTP_1_0_client_gets_no_chunks()
    {
        await using var server = await TestServer.StartAsync();

        var answer = await RawHttp.ExchangeAsync(server.Port, "GET /socket.io/?EIO=4&transport=polling HTTP/1.0\r\nHost: localhost\r\n\r\n");

        Assert.Contains("\r\n\r\n0{\"sid\":\"", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("chunked", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_target_of_eight_thousand_octets_is_served()
    {
        await using var server = await TestServer.StartAsync();
        const string Target = "/socket.io/?EIO=4&transport=polling&t=";

        var answer = await RawHttp.ExchangeAsync(
            server.Port, $"GET {Target}{new string('x', 8000 - Target.Length)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bare_endpoint_gives_messages_with_the_headers_that_carried_them()
    {
        var messages = new Recorder<EngineMessage>();
        await using var server = await TestServer.StartAsync(map: app => app.MapEngineIO("/engine.io/", connection =>
        {
            connection.MessageReceived += (connection, message) =>
            {
                messages.Add(message);
                _ = message.IsBinary ? connection.Send(message.Data) : connection.Send(message.Text + "!");
            };
            connection.Send("hi");
        }));
        await using var polling = await PollingLink.OpenAsync(server, path: "/engine.io/");
        await using var webSocket = await WebSocketLink.OpenAsync(server, path: "/engine.io/");

        await polling.SendAsync("4hello", "bAQIDBA==");
        await webSocket.SendAsync("4hello", "bAQIDBA==");

        foreach (var link in new EngineLink[] { polling, webSocket })
        {
            Assert.Equal("4hi", await link.NextAsync());
            Assert.Equal("4hello!", await link.NextAsync());
            Assert.Equal("bAQIDBA==", await link.NextAsync());
        }

        var taken = await messages.Take(4);
        Assert.Equal([true, true, false, false], taken.Select(static message => message.Headers?.Any(static header => header.Key == "content-type") == true));
    }

    [GeneratedRegex("^[0-9A-Za-z_-]{20}$")]
    private static partial Regex SidForm();
}
