using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Fanfare.Browser.Tests;

public sealed class ConversationTests(Chromium chromium)
{
    [Fact]
    public async Task Two_users_meet_chat_and_see_each_other_type_come_and_go()
    {
        await using var anns = await chromium.VisitAsync();
        await using var bobs = await chromium.VisitAsync();
        var (ann, bob) = (anns.Page, bobs.Page);
        var annsName = await ann.RegisterAsync("Ann");
        var bobsName = await bob.RegisterAsync("Bob");
        var room = ChatPage.NewName("Meeting");

        await ann.CreateRoomAsync(room);
        await Expect(ann.Log.GetByText("No messages yet")).ToBeVisibleAsync();
        await bob.EnterRoomAsync(room);
        foreach (var page in new[] { ann, bob })
        {
            await Expect(page.Member(annsName)).ToContainTextAsync("online");
            await Expect(page.Member(bobsName)).ToContainTextAsync("online");
        }

        await ann.Composer.PressSequentiallyAsync("Hel");
        await Expect(bob.Tab.GetByText($"{annsName} is typing")).ToBeVisibleAsync();
        await ann.Composer.PressSequentiallyAsync("lo Bob");
        await ann.Composer.PressAsync("Shift+Enter");
        await ann.Composer.PressSequentiallyAsync("second line");
        await ann.Composer.PressAsync("Enter");
        await Expect(ann.Composer).ToBeFocusedAsync();
        await Expect(ann.Composer).ToHaveValueAsync("");
        var heard = bob.Message("Hello Bob");
        await Expect(heard).ToContainTextAsync(annsName);
        Assert.Contains("Hello Bob\nsecond line", await heard.InnerTextAsync(), StringComparison.Ordinal);
        await Expect(bob.Tab.GetByText($"{annsName} is typing")).ToBeHiddenAsync();
        await Expect(bob.Log.GetByRole(AriaRole.Separator)).ToHaveCountAsync(1);

        await bob.SayAsync("Hello Ann");
        await ann.ExpectMessagesAsync("second line", "Hello Ann");
        await bob.ExpectMessagesAsync("second line", "Hello Ann");
        ann.ExpectQuiet();
        bob.ExpectQuiet();

        await bobs.DisposeAsync();
        await Expect(ann.Member(bobsName)).ToContainTextAsync("offline");
    }

    [Fact]
    public async Task What_is_said_elsewhere_counts_as_unread_until_the_room_is_opened()
    {
        await using var anns = await chromium.VisitAsync();
        await using var bobs = await chromium.VisitAsync();
        var (ann, bob) = (anns.Page, bobs.Page);
        await ann.RegisterAsync("Ann");
        await bob.RegisterAsync("Bob");
        var room = ChatPage.NewName("News");
        await ann.CreateRoomAsync(room);
        await bob.EnterRoomAsync(room);
        await bob.CreateRoomAsync(ChatPage.NewName("Elsewhere"));

        foreach (var text in new[] { "one", "two", "three" })
        {
            await ann.SayAsync(text);
        }

        await Expect(bob.RoomLink($"{room}, 3 unread")).ToBeVisibleAsync();
        await bob.RoomLink($"{room}, 3 unread").ClickAsync();
        await bob.ExpectOpenAsync(room);
        await bob.ExpectMessagesAsync("one", "two", "three");
        await Expect(bob.RoomLink(room)).ToBeVisibleAsync();
        await bob.Tab.GoBackAsync();
        await ann.SayAsync("four");
        await Expect(bob.RoomLink($"{room}, 1 unread")).ToBeVisibleAsync();
        ann.ExpectQuiet();
        bob.ExpectQuiet();
    }

    [Fact]
    public async Task A_reload_keeps_the_user_the_room_and_its_history()
    {
        await using var anns = await chromium.VisitAsync();
        var ann = anns.Page;
        var name = await ann.RegisterAsync("Ann");
        var room = ChatPage.NewName("Archive");
        await ann.CreateRoomAsync(room);
        string[] texts = [.. Enumerable.Range(1, 56).Select(number => $"message {number:00}")];
        foreach (var text in texts)
        {
            await ann.SayAsync(text);
        }

        await ann.ExpectMessagesAsync(texts);
        await ann.Tab.ReloadAsync();

        await ann.ExpectOpenAsync(room);
        await ann.ExpectMessagesAsync(texts[^50..]);
        await ann.Button("Load earlier messages").ClickAsync();
        await ann.ExpectMessagesAsync(texts);
        await Expect(ann.Button("Load earlier messages")).ToHaveCountAsync(0);

        var tab = await anns.OpenTabAsync();
        await tab.GoToAsync(new Uri(ann.Tab.Url).AbsolutePath);
        await tab.ExpectOpenAsync(room);
        await tab.ExpectMessagesAsync(texts[^50..]);
        await ann.Button("Sign out").ClickAsync();
        await Expect(ann.Name).ToBeVisibleAsync();
        await Expect(tab.Name).ToBeVisibleAsync();
        await ann.SignInAsync(name);
        await Expect(ann.RoomLink(room)).ToBeVisibleAsync();
        ann.ExpectQuiet();
        tab.ExpectQuiet();
    }
}
