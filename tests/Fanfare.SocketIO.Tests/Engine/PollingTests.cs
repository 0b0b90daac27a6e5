using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace Fanfare.SocketIO.Tests.Engine;

/// <summary>Engine.IO v4, HTTP long-polling: protocol notes 1.4 and 1.7.</summary>
public sealed class PollingTests
{
    private const string SessionUnknown = """{"code":1,"message":"Session ID unknown"}""";

    private readonly Recorder<CloseReason> _closes = new();
    private readonly Recorder<string> _messages = new();
    private readonly Recorder<EngineConnection> _connections = new();

    [Fact]
    public async Task A_second_poll_gets_400_and_ends_the_first_and_the_session()
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server);
        var first = await link.BeginPollAsync();

        var second = await link.PollAsync();

        // Whichever reached the session first is the one that waits.
        var answers = new[] { second, await first };
        Assert.Contains((HttpStatusCode.BadRequest, ""), answers);
        Assert.Contains((HttpStatusCode.OK, "1"), answers);
        Assert.Equal(CloseReason.TransportError, await _closes.Next());
        Assert.Equal((HttpStatusCode.BadRequest, SessionUnknown), await link.PollAsync());
        Assert.Equal((HttpStatusCode.BadRequest, SessionUnknown), await link.PostAsync("4a"));
    }

    [Fact]
    public async Task A_second_POST_at_a_time_gets_400_and_ends_the_session()
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Port, TestContext.Current.CancellationToken).AsTask().InTime();
        await using var stream = new NetworkStream(socket);
        // The first POST holds back its body; its continuation tells that the server has begun to read it.
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {new Uri(link.Url).PathAndQuery} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"), TestContext.Current.CancellationToken).AsTask().InTime();
        await stream.ReadAtLeastAsync(new byte[25], 25, cancellationToken: TestContext.Current.CancellationToken).InTime();

        var (status, _) = await link.PostAsync("4b");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(CloseReason.TransportError, await _closes.Next());
        Assert.Equal((HttpStatusCode.BadRequest, SessionUnknown), await link.PollAsync());
        Assert.True(_messages.IsEmpty);
    }

    [Fact]
    public async Task A_poll_that_the_client_gives_up_closes_the_session()
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server);

        await link.BreakAsync();

        Assert.Equal(CloseReason.TransportError, await _closes.Next());
        Assert.Equal((HttpStatusCode.BadRequest, SessionUnknown), await link.PollAsync());
    }

    [Theory]
    [InlineData("application/octet-stream", "4hello")]
    [InlineData("Application/Octet-Stream; x=y", "4hello")]
    public async Task A_binary_POST_gets_400_and_closes_the_session(string contentType, string body)
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server);

        var (status, _) = await link.PostAsync(Encoding.UTF8.GetBytes(body), contentType);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(CloseReason.TransportError, await _closes.Next());
        Assert.Equal((HttpStatusCode.BadRequest, SessionUnknown), await link.PollAsync());
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("PATCH")]
    [InlineData("TRACE")]
    public async Task Other_methods_take_no_packet_and_the_session_lives(string method)
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server);

        using var request = new HttpRequestMessage(new HttpMethod(method), link.Url);
        if (method is "PUT" or "PATCH" or "DELETE")
        {
            request.Content = new StringContent("4smuggled");
        }

        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken).InTime();
        await link.SendAsync("4marker");

        Assert.InRange((int)response.StatusCode, 400, 499);
        Assert.Equal("marker", await _messages.Next());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_above_the_limit_is_413_and_the_session_lives(bool isChunked)
    {
        await using var server = await StartAsync(static options => options.MaxPayloadBytes = 1000);
        await using var link = await OpenAsync(server);
        var path = new Uri(link.Url).PathAndQuery;

        // Of the announced body nothing more than a part is sent: the answer must not wait for the rest.
        var answer = await RawHttp.ExchangeAsync(
            server.Port,
            isChunked
                ? $"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n4{new string('a', 1000)}\r\n"
                : $"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1001\r\n\r\n4aaa");
        await link.SendAsync("4" + new string('b', 999));

        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        Assert.Equal(new string('b', 999), await _messages.Next());
        Assert.Equal(1, server.Meters.Refused(FanfareMetrics.Limit.MessageBytes));
    }

    [Fact]
    public async Task Only_bytes_of_the_body_count_against_the_limit()
    {
        await using var server = await StartAsync(static options => options.MaxPayloadBytes = 10);
        await using var link = await OpenAsync(server);

        await link.SendAsync("4\u20ac\u20ac\u20ac");
        var (status, _) = await link.PostAsync("4\u20ac\u20ac\u20acab");

        Assert.Equal("\u20ac\u20ac\u20ac", await _messages.Next());
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
    }

    [Theory]
    [InlineData("abc", "parse error")]
    [InlineData("", "parse error")]
    [InlineData("7", "parse error")]
    [InlineData("4a\u001e", "parse error")]
    [InlineData("b!!!!", "parse error")]
    [InlineData("bAQIDBA=", "parse error")]
    [InlineData("2", "transport error")]
    [InlineData("2probe", "transport error")]
    public async Task A_bad_payload_closes_the_session(string body, string reason)
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server);

        var (status, _) = await link.PostAsync(body);

        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.BadRequest);
        Assert.Equal(reason, (await _closes.Next()).Text);
        Assert.Equal(HttpStatusCode.BadRequest, (await link.PollAsync()).Status);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'4', 0xFF })]
    [InlineData(new byte[] { (byte)'4', 0xC0, 0xAF })]
    [InlineData(new byte[] { (byte)'4', 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { (byte)'4', 0xE2, 0x82 })]
    public async Task A_body_that_is_not_UTF8_closes_the_session(byte[] body)
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server);

        var (status, _) = await link.PostAsync(body);

        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.BadRequest);
        Assert.Equal(CloseReason.ParseError, await _closes.Next());
        Assert.True(_messages.IsEmpty);
    }

    [Fact]
    public async Task Open_noop_upgrade_and_unasked_pong_are_ignored()
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server);

        await link.SendAsync("0", "6", "5", "3", "4still here");

        Assert.Equal("still here", await _messages.Next());
    }

    [Fact]
    public async Task A_close_of_the_client_ends_its_poll_and_the_session()
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server);
        var poll = await link.BeginPollAsync();
        // The marker shows that the poll waits: it comes with it.
        var connection = await _connections.Next();
        connection.Send("marker");
        Assert.Equal((HttpStatusCode.OK, "4marker"), await poll);
        poll = await link.BeginPollAsync();

        await link.SendAsync("4before", "1", "4behind");

        var (status, body) = await poll;
        Assert.True(status == HttpStatusCode.OK ? body is "6" or "1" : body == SessionUnknown, $"{status} {body}");
        Assert.Equal("before", await _messages.Next());
        Assert.Equal(CloseReason.TransportClose, await _closes.Next());
        Assert.Equal((HttpStatusCode.BadRequest, SessionUnknown), await link.PollAsync());
        Assert.True(_messages.IsEmpty);
    }

    [Fact]
    public async Task A_close_of_the_server_ends_the_waiting_poll()
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server);
        var poll = await link.BeginPollAsync();

        (await _connections.Next()).Close();

        var (status, body) = await poll;
        Assert.Equal((HttpStatusCode.OK, "1"), (status, body));
        Assert.Equal(CloseReason.ForcedClose, await _closes.Next());
        Assert.Equal((HttpStatusCode.BadRequest, SessionUnknown), await link.PollAsync());
    }

    [Fact]
    public async Task A_close_of_the_server_waits_for_the_last_poll_which_brings_what_is_left()
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server);
        var connection = await _connections.Next();

        connection.Send("left over");
        connection.Close();

        Assert.Equal(CloseReason.ForcedClose, await _closes.Next());
        // Whether the end comes with what is left or by a poll of its own.
        Assert.Equal(["4left over"], await link.RestAsync());
        Assert.Equal((HttpStatusCode.BadRequest, SessionUnknown), await link.PollAsync());
    }

    [Fact]
    public async Task Who_never_polls_again_is_forgotten_in_30_seconds()
    {
        await using var server = await StartAsync(movesClock: true);
        await using var link = await OpenAsync(server);
        (await _connections.Next()).Close();

        server.Clock!.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal((HttpStatusCode.BadRequest, SessionUnknown), await link.PollAsync());
    }

    [Fact]
    public async Task No_poll_brings_more_than_sixteen_packets_and_none_is_lost()
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server);
        var connection = await _connections.Next();
        for (var i = 0; i < 100; i++)
        {
            connection.Send($"{i}");
        }

        var received = new List<string>();
        while (received.Count < 100)
        {
            var (status, body) = await link.PollAsync();
            var packets = body.Split('\x1e');
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.InRange(packets.Length, 1, 16);
            received.AddRange(packets);
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(static i => $"4{i}"), received);
    }

    [Fact]
    public async Task Text_and_binary_keep_their_order_both_ways()
    {
        await using var server = await StartAsync(echo: true);
        await using var link = await OpenAsync(server);

        await link.SendAsync("4caf\u00e9 \u20ac \ud83d\ude00", "bAQIDBA==", "4", "b", "4<>&'+");

        foreach (var expected in new[] { "4caf\u00e9 \u20ac \ud83d\ude00", "bAQIDBA==", "4", "b", "4<>&'+" })
        {
            Assert.Equal(expected, await link.NextAsync());
        }
    }

    [Theory]
    [InlineData("gzip", 2000, "gzip")]
    [InlineData("deflate", 2000, "deflate")]
    [InlineData("gzip;q=0, deflate", 2000, "deflate")]
    [InlineData("br", 2000, null)]
    [InlineData("gzip", 100, null)]
    public async Task Large_answers_are_compressed_when_the_client_accepts_it(string accepts, int size, string? encoding)
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server);
        (await _connections.Next()).Send(new string('x', size));

        using var request = new HttpRequestMessage(HttpMethod.Get, link.Url);
        request.Headers.TryAddWithoutValidation("accept-encoding", accepts);
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken).InTime();
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await using Stream plain = encoding switch
        {
            "gzip" => new GZipStream(body, CompressionMode.Decompress),
            "deflate" => new ZLibStream(body, CompressionMode.Decompress),
            _ => body,
        };
        using var reader = new StreamReader(plain);

        Assert.Equal(encoding, response.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Equal("4" + new string('x', size), await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_answer_to_a_POST_is_ok()
    {
        await using var server = await StartAsync();
        await using var link = await OpenAsync(server);

        using var content = new StringContent("4a");
        using var response = await server.Http.PostAsync(link.Url, content, TestContext.Current.CancellationToken).InTime();

        Assert.Equal("text/html", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("ok", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task A_WebSocket_that_closes_ends_the_session_with_transport_close()
    {
        await using var server = await StartAsync();
        await using var polite = await WebSocketLink.OpenAsync(server, path: "/engine.io/");
        await polite.CloseAsync();
        Assert.Equal(CloseReason.TransportClose, await _closes.Next());

        await using var rude = await WebSocketLink.OpenAsync(server, path: "/engine.io/");
        await rude.BreakAsync();
        Assert.Equal(CloseReason.TransportClose, await _closes.Next());
    }

    [Theory]
    [InlineData("2", "transport error")]
    [InlineData("abc", "parse error")]
    [InlineData("", "parse error")]
    [InlineData("1", "transport close")]
    public async Task A_bad_packet_on_a_WebSocket_closes_it_with_the_reason(string packet, string reason)
    {
        await using var server = await StartAsync();
        await using var link = await WebSocketLink.OpenAsync(server, path: "/engine.io/");

        await link.SendAsync(packet);

        Assert.Equal(reason, (await _closes.Next()).Text);
        Assert.Null(await link.NextAsync());
    }

    [Fact]
    public async Task A_WebSocket_message_above_the_limit_is_1009_before_its_payload_comes()
    {
        await using var server = await StartAsync(static options => options.MaxPayloadBytes = 100);
        await using var link = await WebSocketLink.OpenAsync(server, path: "/engine.io/");

        await link.SendAsync("4" + new string('a', 99));
        Assert.Equal(new string('a', 99), await _messages.Next());
        await link.SendAsync("4" + new string('a', 100));

        Assert.Null(await link.NextAsync());
        Assert.Equal(System.Net.WebSockets.WebSocketCloseStatus.MessageTooBig, link.CloseStatus);
        Assert.Equal(CloseReason.TransportError, await _closes.Next());
        Assert.Equal(1, server.Meters.Refused(FanfareMetrics.Limit.MessageBytes));
    }

    [Fact]
    public async Task The_answer_to_the_handshake_is_the_open_packet_alone_whatever_is_sent_at_once()
    {
        await using var server = await TestServer.StartAsync(map: app => app.MapEngineIO("/engine.io/", static connection =>
        {
            connection.Send("first");
            connection.Send("second");
        }));

        var answer = await server.Http.GetStringAsync(server.Url("EIO=4&transport=polling", "/engine.io/"), TestContext.Current.CancellationToken).InTime();

        using var open = JsonDocument.Parse(answer[1..]);
        var sid = open.RootElement.GetProperty("sid").GetString();
        var next = await server.Http.GetStringAsync(server.Url($"EIO=4&transport=polling&sid={sid}", "/engine.io/"), TestContext.Current.CancellationToken).InTime();
        Assert.Equal("4first\u001e4second", next);
    }

    [Fact]
    public async Task A_leaked_sid_does_not_let_another_user_touch_the_session()
    {
        await using var server = await TestServer.StartAsync(services: TestUsers.Add, map: app =>
        {
            app.UseAuthentication();
            app.MapEngineIO("/engine.io/", connection =>
            {
                connection.MessageReceived += (_, message) => _messages.Add(message.Text);
                connection.Closed += (_, reason) => _closes.Add(reason);
                _connections.Add(connection);
            });
        });
        await using var victim = await PollingLink.OpenAsync(server, "&user=victim", "/engine.io/");
        var connection = await _connections.Next();
        var url = victim.Url.Replace("user=victim", "user=attacker", StringComparison.Ordinal);
        const int Count = 1000;

        var listening = ListenAsync(victim, Count);
        for (var i = 0; i < Count; i++)
        {
            connection.Send($"message {i}");
            using var get = await server.Http.GetAsync(url, TestContext.Current.CancellationToken).InTime();
            using var content = new StringContent("4evil");
            using var post = await server.Http.PostAsync(url, content, TestContext.Current.CancellationToken).InTime();
            Assert.Equal(SessionUnknown, await get.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Equal(SessionUnknown, await post.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(Enumerable.Range(0, Count).Select(static i => $"4message {i}"), await listening.InTime());
        await victim.SendAsync("4mine");
        Assert.Equal("mine", await _messages.Next());
        Assert.True(_closes.IsEmpty);
    }

    private static async Task<List<string?>> ListenAsync(PollingLink link, int count)
    {
        var heard = new List<string?>();
        while (heard.Count < count)
        {
            heard.Add(await link.NextAsync());
        }

        return heard;
    }

    private static Task<PollingLink> OpenAsync(TestServer server) => PollingLink.OpenAsync(server, path: "/engine.io/");

    private Task<TestServer> StartAsync(Action<EngineOptions>? configure = null, bool echo = false, bool movesClock = false)
    {
        var options = new EngineOptions();
        configure?.Invoke(options);
        return TestServer.StartAsync(
            movesClock: movesClock,
            map: app => app.MapEngineIO(
                "/engine.io/",
                connection =>
                {
                    connection.MessageReceived += (connection, message) =>
                    {
                        _messages.Add(message.Text);
                        if (echo)
                        {
                            _ = message.IsBinary ? connection.Send(message.Data) : connection.Send(message.Text);
                        }
                    };
                    connection.Closed += (_, reason) => _closes.Add(reason);
                    _connections.Add(connection);
                },
                options));
    }
}
