using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Fanfare.Browser.Tests;

public sealed class HostileTextTests(Chromium chromium)
{
    /// <summary>The elements of a page that no user's text may add to: all but those that show a message, a room or a member.</summary>
    private const string Skeleton =
        """
        () => [...document.querySelectorAll('*')].filter(node => !node.closest('article, li, [role=separator]')).map(node => node.tagName).sort().join(' ')
        """;

    /// <summary>For each item: the elements it is made of, and the texts of those without children.</summary>
    private const string Anatomy =
        """
        (items) => items.map(item => ({
          shape: [...item.querySelectorAll('*')].map(node => node.tagName + [...node.attributes].map(each => each.name).filter(name => !['aria-current', 'tabindex'].includes(name)).sort()).join(' '),
          texts: [...item.querySelectorAll('*')].filter(node => node.childElementCount === 0).map(node => node.textContent),
        }))
        """;

    [Fact]
    public async Task Markup_in_messages_is_shown_as_text()
    {
        await using var chat = await ChatProcess.StartAsync("http", "--Limits:MessagesPerSecond=1000");
        await using var anns = await chromium.VisitAsync(chat.Url);
        var ann = anns.Page;
        await ann.RegisterAsync("Ann");
        await ann.CreateRoomAsync("Laboratory");
        await ann.SayAsync("harmless 1");
        await ann.SayAsync("harmless 2");
        await ann.ExpectMessagesAsync("harmless 1", "harmless 2");
        var skeleton = await ann.Tab.EvaluateAsync<string>(Skeleton);

        foreach (var payload in HostileTexts.All)
        {
            await ann.SayAsync(payload);
        }

        await Expect(ann.Messages).ToHaveCountAsync(2 + HostileTexts.All.Count);
        await Expect(ann.Messages.GetByText("Sending", new() { Exact = true })).ToHaveCountAsync(0);
        var items = await AnatomyOfAsync(ann.Messages);
        Assert.All(items.Skip(2).Zip(HostileTexts.All), pair =>
        {
            Assert.Contains(pair.Second, pair.First.Texts);
            Assert.Equal(items[1].Shape, pair.First.Shape);
        });
        Assert.Equal(skeleton, await ann.Tab.EvaluateAsync<string>(Skeleton));
        await ann.Tab.ReloadAsync();
        await Expect(ann.Messages).ToHaveCountAsync(50);
        ann.ExpectQuiet();
    }

    [Fact]
    public async Task Markup_in_names_of_rooms_and_users_is_shown_as_text()
    {
        await using var chat = await ChatProcess.StartAsync();
        await using var anns = await chromium.VisitAsync(chat.Url);
        var ann = anns.Page;
        using var owner = await SignUpAsync(chat.Url, "Owner");
        var hall = await PostAsync(owner, "api/rooms", new { name = "Hall" });
        var id = hall.GetProperty("id").GetString();
        List<string> rooms = [.. HostileTexts.Names(length: 64)];
        List<string> users = [.. HostileTexts.Names(length: 32)];
        foreach (var (room, user) in rooms.Zip(users))
        {
            await PostAsync(owner, "api/rooms", new { name = room });
            using var guest = await SignUpAsync(chat.Url, user);
            var invitation = await PostAsync(owner, $"api/rooms/{id}/invitations", new { userName = user });
            await PostAsync(guest, $"api/invitations/{invitation.GetProperty("id").GetString()}/accept", new { });
        }

        await ann.RegisterAsync("Ann");
        await ann.EnterRoomAsync("Hall");

        await Expect(ann.Rooms.GetByRole(AriaRole.Link)).ToHaveCountAsync(1 + rooms.Count);
        await Expect(ann.Members.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2 + users.Count);
        await ExpectAsTextAsync(ann.Rooms.GetByRole(AriaRole.Listitem), rooms);
        await ExpectAsTextAsync(ann.Members.GetByRole(AriaRole.Listitem), users);
        await ann.EnterRoomAsync(rooms[0]);
        Assert.Contains(rooms[0], await ann.Tab.TitleAsync(), StringComparison.Ordinal);
        ann.ExpectQuiet();
    }

    private static async Task ExpectAsTextAsync(ILocator items, IReadOnlyList<string> names)
    {
        var found = await AnatomyOfAsync(items);
        var named = names.Select(name => Assert.Single(found, item => item.Texts.Contains(name))).ToList();
        Assert.Single(named.Select(item => item.Shape).Distinct());
    }

    private static async Task<IReadOnlyList<(string Shape, string[] Texts)>> AnatomyOfAsync(ILocator items)
    {
        var found = await items.EvaluateAllAsync<JsonElement>(Anatomy);
        return [.. found.EnumerateArray().Select(item => (
            item.GetProperty("shape").GetString() ?? "",
            item.GetProperty("texts").EnumerateArray().Select(text => text.GetString() ?? "").ToArray()))];
    }

    private static async Task<HttpClient> SignUpAsync(Uri server, string name)
    {
        var client = new HttpClient { BaseAddress = server };
        var session = await PostAsync(client, "api/auth/register", new { name, password = ChatPage.Password });
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.GetProperty("accessToken").GetString());
        return client;
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using var response = await client.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken).InTime();
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode} {text}");
        return JsonElement.Parse(text);
    }
}
