using System.Net;
using System.Text;

namespace Fanfare.Chat.Tests;

/// <summary>Which fault is told first, and what counts as unreadable.</summary>
public sealed class RequestOrderTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static readonly string TooLarge = $$"""{"name":"{{new string('a', 65_536)}}"}""";

    [Fact]
    public async Task Faults_are_told_in_the_order_of_the_contract()
    {
        await using var server = await ChatServer.StartAsync();
        using var anonymous = TestUser.Anonymous(server);
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await bob.MakeRoomAsync("Open")).Text("id")!;
        await bob.MakeRoomAsync("Taken");
        var invitations = $"/api/rooms/{room}/invitations";

        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await anonymous.PostTextAsync("/api/unknown", TooLarge, "text/plain"));
        await ProblemAssert.IsAsync(HttpStatusCode.MethodNotAllowed, await anonymous.DeleteAsync("/api/rooms"));
        await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, await anonymous.PostTextAsync("/api/rooms", TooLarge, "text/plain"));
        await ProblemAssert.IsAsync(HttpStatusCode.RequestEntityTooLarge, await ann.PostTextAsync("/api/rooms", TooLarge, "text/plain"));
        await ProblemAssert.IsAsync(HttpStatusCode.UnsupportedMediaType, await ann.PostTextAsync("/api/rooms", "{", "text/plain"));
        await ProblemAssert.IsAsync(HttpStatusCode.BadRequest, await ann.PostTextAsync("/api/rooms/unknown/invitations", "{"));
        await ProblemAssert.IsAsync(HttpStatusCode.BadRequest, await ann.PostTextAsync("/api/rooms/unknown/invitations", """{"userName":1}"""));
        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await ann.PostTextAsync("/api/rooms/unknown/invitations", "{}"));
        await ProblemAssert.IsAsync(HttpStatusCode.Forbidden, await ann.PostTextAsync(invitations, "{}"));
        await ProblemAssert.NamesFieldAsync("userName", await bob.PostTextAsync(invitations, "{}"));
        await ProblemAssert.IsAsync(HttpStatusCode.Conflict, await bob.PostTextAsync(invitations, """{"userName":"Bob"}"""));
        await ProblemAssert.IsAsync(HttpStatusCode.Conflict, await ann.PostTextAsync("/api/rooms", """{"name":"taken"}"""));
    }

    [Fact]
    public async Task Exactly_64_KiB_are_read_and_one_byte_more_is_not_with_or_without_a_length()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        const string Start = "{\"name\":\"Tea\",\"x\":\"";
        var largest = Encoding.UTF8.GetBytes(Start + new string('a', 65_536 - Start.Length - 2) + "\"}");
        Assert.Equal(65_536, largest.Length);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await ann.PostBytesAsync("/api/rooms", [.. largest, (byte)' '])).StatusCode);
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/api/rooms") { Content = new StreamContent(new MemoryStream([.. largest, (byte)' '])) };
        chunked.Headers.TransferEncodingChunked = true;
        await ProblemAssert.IsAsync(HttpStatusCode.RequestEntityTooLarge, await ann.SendAsync(chunked));
        Assert.Equal(HttpStatusCode.Created, (await ann.PostBytesAsync("/api/rooms", largest)).StatusCode);
    }

    [Theory]
    [InlineData("application/json; charset=utf-8", 201)]
    [InlineData("APPLICATION/JSON", 201)]
    [InlineData("application/json; charset=iso-8859-1", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("text/json", 415)]
    [InlineData("application/jsonp", 415)]
    [InlineData(null, 415)]
    public async Task Only_json_is_taken(string? mediaType, int status)
    {
        using var ann = await TestUser.RegisterAsync(shared.Server);
        Assert.Equal(status, (int)(await ann.PostBytesAsync("/api/rooms", """{"name":"Tea","isPrivate":true}"""u8.ToArray(), mediaType)).StatusCode);
    }

    public static TheoryData<string> Unreadable =>
    [
        "", " ", "null", "[]", "1", "\"a\"", "{", "{\"name\":\"a\",}", "{'name':'a'}", "{\"name\":\"a\"} x", "{\"name\":\"a\"}{}", "/**/{\"name\":\"a\"}",
        "{\"name\":\"a\",\"name\":\"b\"}", "{\"name\":\"a\",\"x\":{\"y\":1,\"y\":2}}", "{\"name\":\"a\",\"n\\u0061me\":\"b\"}",
        "{\"name\":\"\\ud800\"}", "{\"name\":\"a\",\"x\":\"\\udc00\"}", "{\"name\":\"a\",\"\\ud800\":1}",
        "{\"name\":1}", "{\"name\":[\"a\"]}", "{\"name\":{}}", "{\"name\":true}", "{\"name\":\"a\",\"isPrivate\":\"true\"}", "{\"name\":\"a\",\"isPrivate\":1}",
        "{\"name\":\"a\",\"x\":" + "DEEP32" + "}",
    ];

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task Unreadable_json_and_wrong_types_are_400(string body)
    {
        using var ann = await TestUser.RegisterAsync(shared.Server);
        await ProblemAssert.IsAsync(HttpStatusCode.BadRequest, await ann.PostTextAsync("/api/rooms", body.Replace("DEEP32", new string('[', 32) + new string(']', 32), StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0xc0, 0x80 })]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })]
    [InlineData(new byte[] { 0xf4, 0x90, 0x80, 0x80 })]
    public async Task Text_that_is_not_utf8_is_400(byte[] bytes)
    {
        using var ann = await TestUser.RegisterAsync(shared.Server);
        await ProblemAssert.IsAsync(HttpStatusCode.BadRequest, await ann.PostBytesAsync("/api/rooms", [.. "{\"name\":\""u8, .. bytes, .. "\"}"u8]));
    }

    [Fact]
    public async Task A_depth_of_32_and_unknown_keys_are_fine()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var body = $$"""{"name":"Tea","isPrivate":null,"__proto__":{"a":1},"x":{{new string('[', 31)}}{{new string(']', 31)}}}""";
        Assert.Equal(HttpStatusCode.Created, (await ann.PostTextAsync("/api/rooms", body)).StatusCode);
    }

    [Fact]
    public async Task A_problem_shows_nothing_of_the_inside()
    {
        using var ann = await TestUser.RegisterAsync(shared.Server);
        using var answer = await ann.GetAsync("/api/rooms/%27%3B%20DROP%20TABLE%20rooms/messages");
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.DoesNotContain("SELECT", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Exception", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }
}
