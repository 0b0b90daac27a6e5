using System.Globalization;
using System.Net;
using System.Text.Json;
using Fanfare.Chat.Messages;
using Fanfare.Chat.Storage;
using Fanfare.Chat.Text;

namespace Fanfare.Chat.Tests;

public sealed class MessageHistoryTests(SharedServer shared) : IClassFixture<SharedServer>
{
    [Fact]
    public async Task Pages_go_back_from_the_newest_and_lose_and_double_nothing()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        var stored = new List<string?>();
        for (var i = 0; i < 120; i++)
        {
            stored.Add((await PostAsync(server, ann, room, $"{i}")).Id);
        }

        var collected = new List<string?>();
        for (string? before = null; ;)
        {
            var page = await ann.GetJsonAsync($"/api/rooms/{room}/messages" + (before is null ? "" : $"?before={before}"));
            collected.InsertRange(0, page.GetProperty("messages").Texts("id"));
            before = collected[0];
            if (!page.GetProperty("hasMore").GetBoolean())
            {
                break;
            }
        }

        Assert.Equal(stored, collected);
        Assert.Equal(50, (await ann.GetJsonAsync($"/api/rooms/{room}/messages")).GetProperty("messages").GetArrayLength());
        var exact = await ann.GetJsonAsync($"/api/rooms/{room}/messages?limit=100&before={stored[100]}");
        Assert.Equal((100, false), (exact.GetProperty("messages").GetArrayLength(), exact.GetProperty("hasMore").GetBoolean()));
    }

    [Fact]
    public async Task A_message_is_kept_letter_for_letter()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        const string Content = " <b>'; DROP TABLE users;--</b>\t\r\n\u2028\ufeff😀\u007e\"\\ ";

        await PostAsync(server, ann, room, Content, "client-1");

        var message = (await ann.GetJsonAsync($"/api/rooms/{room}/messages")).GetProperty("messages")[0];
        Assert.Equal(Content, message.Text("content"));
        Assert.Equal((room, ann.Id, "Ann", "client-1"), (message.Text("roomId"), message.Text("userId"), message.Text("userName"), message.Text("clientId")));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", message.Text("timestamp"));
    }

    [Fact]
    public async Task Without_a_client_id_the_key_is_absent()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await PostAsync(server, ann, room, "hi");
        Assert.False((await ann.GetJsonAsync($"/api/rooms/{room}/messages")).GetProperty("messages")[0].Has("clientId"));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=1.5", "limit")]
    [InlineData("limit=", "limit")]
    [InlineData("limit=99999999999", "limit")]
    [InlineData("before=unknown", "before")]
    [InlineData("before=", "before")]
    public async Task A_bad_query_is_a_fault_of_the_field(string query, string field)
    {
        using var ann = await TestUser.RegisterAsync(shared.Server);
        var room = (await ann.MakeRoomAsync("Tea", isPrivate: true)).Text("id")!;
        await ProblemAssert.NamesFieldAsync(field, await ann.GetAsync($"/api/rooms/{room}/messages?{query}"));
        await ProblemAssert.IsAsync(HttpStatusCode.NotFound, await ann.GetAsync($"/api/rooms/unknown/messages?{query}"));
    }

    [Fact]
    public async Task A_message_of_another_room_is_no_place_in_this_one()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var tea = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        var coffee = (await ann.MakeRoomAsync("Coffee")).Text("id")!;
        var message = (await PostAsync(server, ann, tea, "hi")).Id;

        await ProblemAssert.NamesFieldAsync("before", await ann.GetAsync($"/api/rooms/{coffee}/messages?before={message}"));
        await ProblemAssert.NamesFieldAsync("messageId", await ann.PutAsync($"/api/rooms/{coffee}/read", new { messageId = message }));
        await ProblemAssert.NamesFieldAsync("messageId", await ann.PutAsync($"/api/rooms/{coffee}/read", new { }));
    }

    [Fact]
    public async Task Unread_counts_messages_of_others_after_the_mark_and_stops_at_100()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var bob = await TestUser.RegisterAsync(server, "Bob");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        var old = await PostAsync(server, ann, room, "before Bob");
        await ann.AdmitAsync(room, bob);
        Assert.Equal((0, old.Id), Mark(await bob.GetJsonAsync($"/api/rooms/{room}")));

        var first = await PostAsync(server, ann, room, "1");
        await PostAsync(server, bob, room, "Bob's own");
        var last = await PostAsync(server, ann, room, "2");
        Assert.Equal((2, old.Id), Mark(await bob.GetJsonAsync($"/api/rooms/{room}")));
        Assert.Equal(1, (await ann.GetJsonAsync("/api/rooms"))[0].Number("unread"));

        Assert.Equal(1, await MarkReadAsync(bob, room, first.Id));
        Assert.Equal(0, await MarkReadAsync(bob, room, last.Id));
        Assert.Equal(0, await MarkReadAsync(bob, room, first.Id));
        Assert.Equal((0, last.Id), Mark(await bob.GetJsonAsync($"/api/rooms/{room}")));

        for (var i = 0; i < 101; i++)
        {
            await PostAsync(server, ann, room, $"{i}");
        }

        Assert.Equal(100, (await bob.GetJsonAsync($"/api/rooms/{room}")).Number("unread"));
    }

    [Fact]
    public async Task The_same_client_id_is_stored_once_after_a_restart_too()
    {
        using var folder = new TemporaryFolder();
        ChatMessage first;
        string room;
        string user;
        await using (var server = await ChatServer.StartOnAsync(folder.File("chat.db")))
        {
            using var ann = await TestUser.RegisterAsync(server, "Ann");
            room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
            user = ann.Id;
            first = await PostAsync(server, ann, room, "once", "c1");
        }

        await using var again = await ChatServer.StartOnAsync(folder.File("chat.db"));
        var (message, isNew, _) = await again.Get<MessageService>().PostAsync(user, room, "twice", "c1");
        Assert.Equal(first, message);
        Assert.False(isNew);
    }

    [Theory]
    [InlineData("", null, Refusals.MessageIsEmpty)]
    [InlineData(" \t\n\u3000", null, Refusals.MessageIsEmpty)]
    [InlineData("a\u0000", null, Refusals.InvalidRequest)]
    [InlineData("a\u0085", null, Refusals.InvalidRequest)]
    [InlineData("a", "", Refusals.InvalidRequest)]
    [InlineData("a", "ä", Refusals.InvalidRequest)]
    [InlineData("a", "a b", Refusals.InvalidRequest)]
    [InlineData("a", "12345678901234567890123456789012345678901234567890123456789012345", Refusals.InvalidRequest)]
    [InlineData("a\t\r\n", "Az09_-", null)]
    public void A_draft_is_checked_before_it_is_stored(string content, string? clientId, string? refusal) => Assert.Equal(refusal, MessageDraft.Refuse(content, clientId));

    [Fact]
    public void A_lone_surrogate_is_no_content() => Assert.Equal(Refusals.InvalidRequest, MessageDraft.Refuse("a\ud800", clientId: null));

    [Fact]
    public void Content_has_up_to_4000_code_points()
    {
        Assert.Null(MessageDraft.Refuse(string.Concat(Enumerable.Repeat("😀", 4000)), clientId: null));
        Assert.Equal(Refusals.MessageIsTooLong, MessageDraft.Refuse(new string('a', 4001), clientId: null));
    }

    [Fact]
    public async Task Times_rise_when_the_clock_falls()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;

        var first = await PostAsync(server, ann, room, "1");
        server.Clock.AdjustTime(server.Clock.GetUtcNow().AddHours(-1));
        var second = await PostAsync(server, ann, room, "2");
        server.Clock.AdjustTime(server.Clock.GetUtcNow().AddHours(2));
        var third = await PostAsync(server, ann, room, "3");

        Assert.Equal(DateTimeOffset.Parse(first.Timestamp, CultureInfo.InvariantCulture).AddMilliseconds(1), DateTimeOffset.Parse(second.Timestamp, CultureInfo.InvariantCulture));
        Assert.Equal(Timestamps.Format(server.Clock.GetUtcNow()), third.Timestamp);
    }

    [Fact]
    public async Task Messages_stored_at_once_have_one_order_and_times_that_rise()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => PostAsync(server, ann, room, $"{i}")));

        var messages = server.Get<ChatDatabase>().Read(connection => MessageQueries.Page(connection, room, before: null, 500)).Messages;
        Assert.Equal(200, messages.DistinctBy(message => message.Content).Count());
        Assert.Equal(messages.Select(message => message.Timestamp).Distinct().Order(StringComparer.Ordinal), messages.Select(message => message.Timestamp));
    }

    private static async Task<ChatMessage> PostAsync(ChatServer server, TestUser user, string room, string content, string? clientId = null)
    {
        var (message, _, refusal) = await server.Get<MessageService>().PostAsync(user.Id, room, content, clientId);
        Assert.Null(refusal);
        return message!;
    }

    private static (int Unread, string? LastReadId) Mark(JsonElement room) => (room.Number("unread"), room.Text("lastReadId"));

    private static async Task<int> MarkReadAsync(TestUser user, string room, string messageId)
    {
        using var answer = await user.PutAsync($"/api/rooms/{room}/read", new { messageId });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await TestUser.JsonOf(answer)).Number("unread");
    }
}
