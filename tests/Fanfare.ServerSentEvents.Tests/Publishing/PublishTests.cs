using System.Net;
using System.Text;

namespace Fanfare.ServerSentEvents.Tests;

public sealed class PublishTests
{
    private const string Good = """{"rooms":["open"],"event":"news","data":1}""";

    [Fact]
    public async Task What_is_published_reaches_its_rooms_and_answers_its_cursor()
    {
        await using var host = await StreamHost.StartAsync();
        await using var reader = await host.ReadAsync("/events/rooms/open?room=open-2");
        await using var user = await host.ReadAsync("/events/user");

        var (status, body) = await PublishAsync(host, """ {"data": {"a": [1,2]} , "rooms":["open","open-2","user:ann"],"event":"news"} """);

        var found = await reader.NextAsync();
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal($$"""{"cursor":"{{found.LastEventId}}"}""", body);
        Assert.Equal(("news", """{"a": [1,2]}"""), (found.Name, found.Data));
        Assert.Equal("news", (await user.NextAsync()).Name);
        await PublishAsync(host, Good);
        Assert.Equal("1", (await reader.NextAsync()).Data);
    }

    [Fact]
    public async Task Excepted_rooms_do_not_hear_it()
    {
        await using var host = await StreamHost.StartAsync();
        await using var both = await host.ReadAsync("/events/rooms/open?room=open-not");
        await using var one = await host.ReadAsync("/events/rooms/open");

        await PublishAsync(host, """{"rooms":["open"],"event":"news","data":1,"except":["open-not"]}""");
        await PublishAsync(host, """{"rooms":["open"],"event":"end","data":"data:image\n\r"}""");

        Assert.Equal("end", (await both.NextAsync()).Name);
        Assert.Equal(["news", "end"], (await one.TakeAsync(2)).Select(static found => found.Name));
    }

    [Fact]
    public async Task What_is_not_kept_has_no_cursor()
    {
        await using var host = await StreamHost.StartAsync(fanfare: static options => options.ConfigureNamespaces = static n => n.History.IsEnabled = false);

        Assert.Equal((HttpStatusCode.OK, """{"cursor":null}"""), await PublishAsync(host, Good));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"rooms":["open"],"event":"n","data":1}x""")]
    [InlineData("""{"rooms":["open"],"event":"n","data":1,"data":2}""")]
    [InlineData("""{"rooms":["open"],"event":"n","data":{"a":1,"\u0061":2}}""")]
    [InlineData("""{"rooms":["open"],"event":"n","data":"\ud800"}""")]
    [InlineData("""{"rooms":["open"],"event":"n"}""")]
    [InlineData("""{"rooms":["open"],"data":1}""")]
    [InlineData("""{"rooms":["open"],"event":"","data":1}""")]
    [InlineData("""{"rooms":["open"],"event":7,"data":1}""")]
    [InlineData("""{"rooms":["open"],"event":"a\nb","data":1}""")]
    [InlineData("""{"rooms":["open"],"event":"a\u0000b","data":1}""")]
    [InlineData("""{"rooms":["open"],"event":"a\u0085b","data":1}""")]
    [InlineData("""{"rooms":["open"],"event":"connect","data":1}""")]
    [InlineData("""{"rooms":["open"],"event":"disconnecting","data":1}""")]
    [InlineData("""{"rooms":["open"],"event":"newListener","data":1}""")]
    [InlineData("""{"rooms":["open"],"event":"connected","data":1}""")]
    [InlineData("""{"rooms":["open"],"event":"reset","data":1}""")]
    [InlineData("""{"rooms":["open"],"event":"open","data":1}""")]
    [InlineData("""{"rooms":["open"],"event":"error","data":1}""")]
    [InlineData("""{"rooms":["open"],"event":"event","data":1}""")]
    [InlineData("""{"event":"n","data":1}""")]
    [InlineData("""{"rooms":[],"event":"n","data":1}""")]
    [InlineData("""{"rooms":"open","event":"n","data":1}""")]
    [InlineData("""{"rooms":[1],"event":"n","data":1}""")]
    [InlineData("""{"rooms":[null],"event":"n","data":1}""")]
    [InlineData("""{"rooms":[""],"event":"n","data":1}""")]
    [InlineData("""{"rooms":["a\n"],"event":"n","data":1}""")]
    [InlineData("""{"rooms":["user-silent:ann"],"event":"n","data":1}""")]
    [InlineData("""{"rooms":["open"],"event":"n","data":1,"except":"x"}""")]
    [InlineData("""{"rooms":["open"],"event":"n","data":1,"id":5}""")]
    [InlineData("""{"rooms":["open"],"event":"n","data":1,"id":""}""")]
    [InlineData("""{"rooms":["open"],"event":"n","data":1,"exept":[]}""")]
    public async Task A_bad_body_is_told_what_is_wrong_and_publishes_nothing(string json)
    {
        await using var host = await StreamHost.StartAsync();

        using var answer = await SendAsync(host, Encoding.UTF8.GetBytes(json));
        var problem = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(400, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.Equal(0, host.Main.HistoryCount);
    }

    [Fact]
    public async Task Text_that_is_not_utf8_is_refused_and_logged_nowhere()
    {
        await using var host = await StreamHost.StartAsync();
        byte[][] wrong =
        [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        ];
        (string Before, string After)[] places =
        [
            ("{\"rooms\":[\"open\"],\"event\":\"n\",\"data\":\"", "\"}"),
            ("{\"rooms\":[\"open", "\"],\"event\":\"n\",\"data\":1}"),
            ("{\"rooms\":[\"open\"],\"event\":\"n", "\",\"data\":1}"),
        ];
        foreach (var bytes in wrong)
        {
            foreach (var (before, after) in places)
            {
                using var answer = await SendAsync(host, [.. Encoding.UTF8.GetBytes(before), .. bytes, .. Encoding.UTF8.GetBytes(after)]);
                Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            }
        }

        Assert.Equal(0, host.Main.HistoryCount);
        Assert.DoesNotContain(host.Logs.Lines, static line => line.Exception is not null);
    }

    [Theory]
    [InlineData(null, 32)]
    [InlineData(64, 64)]
    public async Task Json_may_be_32_levels_deep_or_as_deep_as_is_set(int? limit, int levels)
    {
        await using var host = await StreamHost.StartAsync(publish: options => options.MaxJsonDepth = limit ?? options.MaxJsonDepth);
        await using var reader = await host.ReadAsync();

        Assert.Equal(HttpStatusCode.OK, (await PublishAsync(host, Body(levels - 1))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PublishAsync(host, Body(levels))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PublishAsync(host, Body(30_000))).Status);

        Assert.Equal(Nested(levels - 1), (await reader.NextAsync()).Data);

        static string Body(int depth) => $$"""{"rooms":["open"],"event":"n","data":{{Nested(depth)}}}""";
        static string Nested(int depth) => new string('[', depth) + new string(']', depth);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_has_64_KiB_at_most(bool isChunked)
    {
        await using var host = await StreamHost.StartAsync();

        using var largest = await SendAsync(host, Body(65_536), isChunked: isChunked);
        using var larger = await SendAsync(host, Body(65_537), isChunked: isChunked);

        Assert.Equal(HttpStatusCode.OK, largest.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, larger.StatusCode);
        Assert.Equal(1, host.Counters["fanfare.limit.refused{limit=message_bytes}"]);

        static byte[] Body(int length) => Encoding.UTF8.GetBytes(Good.PadRight(length));
    }

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("application/json; charset=utf-8", true)]
    [InlineData("APPLICATION/JSON; charset=\"UTF-8\"", true)]
    [InlineData("application/json; charset=utf-16", false)]
    [InlineData("application/x-www-form-urlencoded", false)]
    [InlineData("multipart/form-data; boundary=x", false)]
    [InlineData("text/plain", false)]
    [InlineData("text/json", false)]
    [InlineData(null, false)]
    public async Task The_body_must_say_that_it_is_json(string? type, bool isAccepted)
    {
        await using var host = await StreamHost.StartAsync();

        using var answer = await SendAsync(host, Encoding.UTF8.GetBytes(Good), type);

        Assert.Equal(isAccepted ? HttpStatusCode.OK : HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task Answers_come_in_their_order()
    {
        await using var host = await StreamHost.StartAsync();
        (string, string) foreign = ("Origin", "https://evil.com");
        var large = new byte[70_000];

        Assert.Equal(HttpStatusCode.Forbidden, await host.StatusAsync("/publish", null, HttpMethod.Get, foreign));
        using (var wrong = await host.AskAsync("/publish", null))
        {
            Assert.Equal(HttpStatusCode.MethodNotAllowed, wrong.StatusCode);
            Assert.Equal(["POST"], wrong.Content.Headers.Allow);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await PublishAsync(host, Good, null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PublishAsync(host, Good, "nonsense")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PublishAsync(host, Good, "old:backend")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PublishAsync(host, Encoding.UTF8.GetString(large), null)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PublishAsync(host, "x", "user:ann")).Status);
        using var tooLarge = await SendAsync(host, large, "text/plain");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLarge.StatusCode);
        using var wrongType = await SendAsync(host, large[..10], "text/plain");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, wrongType.StatusCode);
        Assert.Equal(0, host.Main.HistoryCount);
    }

    [Fact]
    public async Task Nobody_may_publish_unless_the_application_says_so()
    {
        await using var host = await StreamHost.StartAsync(publish: static options => options.Allow = null);

        Assert.Equal(HttpStatusCode.Forbidden, (await PublishAsync(host, Good)).Status);
    }

    [Fact]
    public async Task The_same_id_is_published_once_however_often_and_at_the_same_time_it_comes()
    {
        await using var host = await StreamHost.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => PublishAsync(host, WithId(1, i % 2 == 0 ? "" : "  "))));
        var other = await PublishAsync(host, WithId(2, ""));
        var again = await PublishAsync(host, WithId(1, " "));

        Assert.Equal(HttpStatusCode.OK, Assert.Single(answers.Distinct()).Status);
        Assert.Equal(answers[0], again);
        Assert.Equal(HttpStatusCode.Conflict, other.Status);
        Assert.Equal(1, host.Main.HistoryCount);

        static string WithId(int data, string space) => $$"""{"rooms":["open"],{{space}}"event":"n","data":{{data}},"id":"a"}""";
    }

    [Fact]
    public async Task An_id_is_remembered_for_five_minutes_and_for_its_own_caller_only()
    {
        await using var host = await StreamHost.StartAsync(publish: static options => options.Allow = static (_, _) => ValueTask.FromResult(true), movesClock: true);
        const string WithId = """{"rooms":["open"],"event":"n","data":1,"id":"a"}""";

        var first = await PublishAsync(host, WithId);
        host.Clock!.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal(first, await PublishAsync(host, WithId));
        Assert.NotEqual(first, await PublishAsync(host, WithId, "user:other"));
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.NotEqual(first, await PublishAsync(host, WithId));
    }

    [Fact]
    public async Task Ids_beyond_those_that_can_be_remembered_are_refused_not_forgotten()
    {
        await using var host = await StreamHost.StartAsync(publish: static options => options.MaxIds = 2, movesClock: true);
        var first = await PublishAsync(host, WithId(1));
        await PublishAsync(host, WithId(2));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PublishAsync(host, WithId(3))).Status);
        Assert.Equal(first, await PublishAsync(host, WithId(1)));
        Assert.Equal(HttpStatusCode.OK, (await PublishAsync(host, Good)).Status);
        host.Clock!.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.OK, (await PublishAsync(host, WithId(3))).Status);

        static string WithId(int id) => $$"""{"rooms":["open"],"event":"n","data":1,"id":"{{id}}"}""";
    }

    /// <summary>What a page of another site can send with a browser's help, without asking first.</summary>
    [Fact]
    public async Task A_form_of_another_site_publishes_nothing()
    {
        await using var host = await StreamHost.StartAsync();
        string[] types = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "text/plain; charset=utf-8", "application/json"];
        (string, string)[][] senders = [[("Origin", "https://evil.com")], [("Origin", "null")], [("Sec-Fetch-Site", "cross-site")], [("Cookie", "session=1"), ("Sec-Fetch-Site", "cross-site")]];
        foreach (var type in types)
        {
            foreach (var headers in senders)
            {
                using var answer = await SendAsync(host, Encoding.UTF8.GetBytes(Good), type, null, headers: headers);
                Assert.True(answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized);
            }
        }

        Assert.Equal(0, host.Main.HistoryCount);
    }

    private static async Task<(HttpStatusCode Status, string Body)> PublishAsync(StreamHost host, string json, string? token = "user:backend")
    {
        using var response = await SendAsync(host, Encoding.UTF8.GetBytes(json), "application/json", token);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<HttpResponseMessage> SendAsync(
        StreamHost host, byte[] body, string? type = "application/json", string? token = "user:backend", bool isChunked = false, params (string Name, string Value)[] headers)
    {
        using var http = EventReader.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Address, "/publish")) { Content = new ByteArrayContent(body) };
        if (type is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        if (token is not null)
        {
            request.Headers.Add("Authorization", $"Bearer {token}");
        }

        request.Headers.TransferEncodingChunked = isChunked ? true : null;
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await http.SendAsync(request, TestContext.Current.CancellationToken).Within(Timeouts.Default);
    }
}
