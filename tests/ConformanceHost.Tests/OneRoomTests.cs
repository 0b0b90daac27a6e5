using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace ConformanceHost.Tests;

public sealed class OneRoomTests
{
    [Fact]
    public async Task What_is_published_reaches_the_stream_and_the_plain_wire_and_leaves_nothing_behind()
    {
        using var host = HostProcess.Start("--urls", "http://127.0.0.1:0", "--SseKeepAlive", "500", "--SseRetry", "700", "--HistoryCount", "10", "--HistoryMs", "60000", "--OutboxBytes", "200000");
        using var client = new HttpClient { BaseAddress = await host.AddressAsync() };
        var cancellationToken = TestContext.Current.CancellationToken;
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(new Uri(client.BaseAddress!, "/one/ws")) { Scheme = "ws" }.Uri, cancellationToken);
        Assert.Equal("connected", await NextTypeAsync());
        await SendAsync("""{"type":"authenticate","token":"user:u1"}""");
        Assert.Equal("authenticated", await NextTypeAsync());
        await SendAsync("""{"type":"join","room":"open-1"}""");
        Assert.Equal("joined", await NextTypeAsync());
        string id;
        using (var stream = new StreamReader(await client.GetStreamAsync("/one/events/rooms/open-1?access_token=user:u2", cancellationToken)))
        {
            Assert.Equal("user_joined", await NextTypeAsync());
            using var request = new HttpRequestMessage(HttpMethod.Post, "/one/publish");
            request.Headers.Add("Authorization", "Bearer user:backend");
            request.Content = new StringContent("""{"rooms":["open-1"],"event":"news","data":1}""", Encoding.UTF8, "application/json");
            var answer = await (await client.SendAsync(request, cancellationToken)).Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            id = answer.GetProperty("cursor").GetString()!;

            Assert.Equal("news", await NextTypeAsync());
            while (await stream.ReadLineAsync(cancellationToken) is { } line && line != $"id: {id}")
            {
                Assert.DoesNotContain("reset", line, StringComparison.Ordinal);
            }

            Assert.Equal("event: news", await stream.ReadLineAsync(cancellationToken));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
        string gauges;
        do
        {
            gauges = await client.GetStringAsync("/control/one/gauges", cancellationToken);
        }
        while (gauges.Any(static c => c is >= '1' and <= '9'));

        Assert.Equal("""{"connections":0,"rooms":0,"subscriptions":0,"sessions":0,"outboxBytes":0}""", gauges);

        async Task SendAsync(string text) => await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

        async Task<string> NextTypeAsync()
        {
            var buffer = new byte[4096];
            var result = await socket.ReceiveAsync(buffer, cancellationToken);
            return JsonElement.Parse(buffer.AsSpan(0, result.Count)).GetProperty("type").GetString()!;
        }
    }

    [Fact]
    public async Task What_is_said_comes_as_it_was_said_binary_too()
    {
        using var host = HostProcess.Start("--urls", "http://127.0.0.1:0");
        using var client = new HttpClient { BaseAddress = await host.AddressAsync() };
        var cancellationToken = TestContext.Current.CancellationToken;
        using var socket = await OpenAsync("/socket.io/?EIO=4&transport=websocket");
        using var plain = await OpenAsync("/one/ws");
        Assert.StartsWith("0{", await NextAsync(socket), StringComparison.Ordinal);
        await SendAsync(socket, """40/one,{"token":"user:a"}""");
        Assert.StartsWith("40/one,{", await NextAsync(socket), StringComparison.Ordinal);
        await SendAsync(socket, """42/one,1["join","open-1"]""");
        Assert.Equal("""43/one,1[{"ok":true}]""", await NextAsync(socket));
        Assert.StartsWith("""{"type":"connected",""", await NextAsync(plain), StringComparison.Ordinal);
        await SendAsync(plain, """{"type":"authenticate","token":"user:b"}""");
        Assert.StartsWith("""{"type":"authenticated",""", await NextAsync(plain), StringComparison.Ordinal);
        await SendAsync(plain, """{"type":"join","room":"open-1"}""");
        Assert.StartsWith("""{"type":"joined",""", await NextAsync(plain), StringComparison.Ordinal);

        await SendAsync(socket, """452-/one,["say",{"text":{"b":{"_placeholder":true,"num":0},"n":1.50},"room":"open-1","x":{"_placeholder":true,"num":1}}]""");
        await socket.SendAsync(new byte[] { 1, 2, 255 }, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        await socket.SendAsync(new byte[] { 9 }, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);

        Assert.StartsWith("""{"type":"said","from":"a","room":"open-1","text":{"b":"AQL/","n":1.50},"n":1,""", await NextAsync(plain), StringComparison.Ordinal);
        Assert.StartsWith(
            """451-/one,["said",{"from":"a","room":"open-1","text":{"b":{"_placeholder":true,"num":0},"n":1.50},"n":1},""",
            await NextAsync(socket),
            StringComparison.Ordinal);
        Assert.Equal("\u0001\u0002\u00FF", await NextAsync(socket));
        await SendAsync(socket, """451-/one,["whisper",{"to":"b","text":{"_placeholder":true,"num":0}}]""");
        await socket.SendAsync(new byte[] { 255, 255 }, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        Assert.StartsWith("""{"type":"whispered","from":"a","text":"//8=",""", await NextAsync(plain), StringComparison.Ordinal);

        async Task<ClientWebSocket> OpenAsync(string path)
        {
            var opened = new ClientWebSocket();
            await opened.ConnectAsync(new UriBuilder(new Uri(client.BaseAddress!, path)) { Scheme = "ws" }.Uri, cancellationToken);
            return opened;
        }

        async Task SendAsync(ClientWebSocket to, string text) => await to.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

        async Task<string> NextAsync(ClientWebSocket from)
        {
            var buffer = new byte[4096];
            var result = await from.ReceiveAsync(buffer, cancellationToken);
            return (result.MessageType == WebSocketMessageType.Text ? Encoding.UTF8 : Encoding.Latin1).GetString(buffer, 0, result.Count);
        }
    }

    [Fact]
    public async Task Odd_arguments_are_answered()
    {
        using var host = HostProcess.Start("--urls", "http://127.0.0.1:0");
        using var client = new HttpClient { BaseAddress = await host.AddressAsync() };
        var cancellationToken = TestContext.Current.CancellationToken;
        using var plain = await OpenAsync("/plain");
        Assert.Equal("""{"type":"ack","ref":1,"data":{"echo":null}}""", await AnswerAsync(plain, """{"type":"authenticate","token":"user:a"}""", """{"type":"ask","args":[],"ref":1}"""));
        using var socket = await OpenAsync("/socket.io/?EIO=4&transport=websocket");
        foreach (var since in (string[])["5", "true", "{}", "\"\"", "\"5\""])
        {
            Assert.Equal(
                """43/one,1[{"ok":true,"recovered":false,"reason":"epoch"}]""",
                await AnswerAsync(socket, """40/one,{"token":"user:a"}""", $$"""42/one,1["join","open-1",{"since":{{since}}}]""", "41/one,"));
        }

        Assert.Equal("""43/one,1[{"ok":true}]""", await AnswerAsync(socket, """40/one,{"token":"user:a"}""", """42/one,1["join","open-1",{"since":null}]"""));

        async Task<ClientWebSocket> OpenAsync(string path)
        {
            var opened = new ClientWebSocket();
            await opened.ConnectAsync(new UriBuilder(new Uri(client.BaseAddress!, path)) { Scheme = "ws" }.Uri, cancellationToken);
            await NextAsync(opened);
            return opened;
        }

        // What the second message is answered with, once the first one is answered.
        async Task<string> AnswerAsync(ClientWebSocket line, string first, string second, string? last = null)
        {
            await SendAsync(line, first);
            await NextAsync(line);
            await SendAsync(line, second);
            var answer = await NextAsync(line);
            if (last is not null)
            {
                await SendAsync(line, last);
            }

            return answer;
        }

        async Task SendAsync(ClientWebSocket to, string text) => await to.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

        async Task<string> NextAsync(ClientWebSocket from)
        {
            var buffer = new byte[4096];
            var result = await from.ReceiveAsync(buffer, cancellationToken);
            return Encoding.UTF8.GetString(buffer, 0, result.Count);
        }
    }

    [Theory]
    [InlineData("/sse/c", 200)]
    [InlineData("/one/events", 401)]
    [InlineData("/one/events/rooms/closed?access_token=user:a", 403)]
    [InlineData("/one/events/user?access_token=user:a", 200)]
    public async Task Pages_of_a_listed_origin_read_streams_and_why_they_get_none(string path, int status)
    {
        using var host = HostProcess.Start("--urls", "http://127.0.0.1:0", "--CorsOrigin", "http://a.example");
        using var client = new HttpClient { BaseAddress = await host.AddressAsync() };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Origin", "http://a.example");

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("http://a.example", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal("true", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Credentials")));
    }

    [Fact]
    public async Task A_channel_of_events_tells_who_listens_and_what_it_stamped()
    {
        using var host = HostProcess.Start("--urls", "http://127.0.0.1:0");
        using var client = new HttpClient { BaseAddress = await host.AddressAsync() };
        var cancellationToken = TestContext.Current.CancellationToken;
        using var stream = new StreamReader(await client.GetStreamAsync("/sse/c", cancellationToken));

        var published = await (await client.PostAsJsonAsync("/control/sse/c", new { @event = "chat", data = "a\nb" }, cancellationToken)).Content.ReadFromJsonAsync<JsonElement>(cancellationToken);

        Assert.Equal((1, true), (published.GetProperty("delivered").GetInt32(), published.GetProperty("json").GetBoolean()));
        while (await stream.ReadLineAsync(cancellationToken) != "event: chat")
        {
        }

        Assert.Equal("data: \"a\\nb\"", await stream.ReadLineAsync(cancellationToken));
        Assert.Equal("""{"live":1}""", await client.GetStringAsync("/control/sse/c/count", cancellationToken));
        using var refused = await client.PostAsJsonAsync("/control/sse/c", new { @event = "a\rb", data = "" }, cancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.StatusCode);

        using var plainText = await client.PostAsync("/control/sse/c", new StringContent("""{"event":"chat","data":"b"}"""), cancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.OK, plainText.StatusCode);
        using var noJson = await client.PostAsync("/control/sse/c", new StringContent("{"), cancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, noJson.StatusCode);
        using var flood = await client.PostAsync("/control/one/flood", new ByteArrayContent("""{"room":"open-1","count":1,"bytes":1}"""u8.ToArray()), cancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.NoContent, flood.StatusCode);
    }
}
