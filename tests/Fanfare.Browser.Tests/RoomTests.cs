using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Fanfare.Browser.Tests;

public sealed class RoomTests(Chromium chromium)
{
    [Fact]
    public async Task A_private_room_refuses_strangers_until_they_accept_an_invitation()
    {
        await using var anns = await chromium.VisitAsync();
        await using var bobs = await chromium.VisitAsync();
        var (ann, bob) = (anns.Page, bobs.Page);
        await ann.RegisterAsync("Ann");
        var bobsName = await bob.RegisterAsync("Bob");
        var room = ChatPage.NewName("Secret");
        var path = await ann.CreateRoomAsync(room, isPrivate: true);
        await ann.SayAsync("between us");

        await bob.GoToAsync(path);
        await Expect(bob.Alert).ToContainTextAsync("Access denied");
        await Expect(bob.Messages).ToHaveCountAsync(0);
        await Expect(bob.Composer).ToHaveCountAsync(0);
        await Expect(bob.RoomLink(room)).ToHaveCountAsync(0);

        await ann.Button("Invite").ClickAsync();
        var dialog = ann.Dialog("Invite");
        var userName = dialog.GetByRole(AriaRole.Textbox, new() { Name = "User name", Exact = true });
        await userName.FillAsync(bobsName);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Send invitation", Exact = true }).ClickAsync();
        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(bob.Invitations.GetByRole(AriaRole.Listitem)).ToContainTextAsync([room]);
        await bob.Invitations.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Accept") }).ClickAsync();

        await bob.ExpectOpenAsync(room);
        await bob.ExpectMessagesAsync("between us");
        await Expect(bob.Invitations).ToHaveCountAsync(0);
        await Expect(ann.Member(bobsName)).ToContainTextAsync("online");
        ann.ExpectQuiet();
        bob.ExpectQuiet();
    }

    [Fact]
    public async Task Everything_is_done_by_keyboard_alone()
    {
        await using var anns = await chromium.VisitAsync();
        var ann = anns.Page;
        await ann.GoToAsync();
        await Expect(ann.Name).ToBeFocusedAsync();
        await ann.Tab.Keyboard.TypeAsync(ChatPage.NewName("Ann"));
        await ann.Tab.Keyboard.PressAsync("Tab");
        await ann.Tab.Keyboard.TypeAsync(ChatPage.Password);
        await TabToAsync(ann, ann.Button("Create account"));
        await ann.Tab.Keyboard.PressAsync("Enter");
        await ann.ExpectConnectedAsync();

        await TabToAsync(ann, ann.Button("New room"));
        await ann.Tab.Keyboard.PressAsync("Enter");
        await Expect(ann.Dialog("New room")).ToBeVisibleAsync();
        await ann.Tab.Keyboard.PressAsync("Escape");
        await Expect(ann.Dialog("New room")).ToHaveCountAsync(0);
        await Expect(ann.Button("New room")).ToBeFocusedAsync();
        await ann.Tab.Keyboard.PressAsync("Enter");
        await Expect(ann.Dialog("New room").GetByRole(AriaRole.Textbox)).ToBeFocusedAsync();
        var room = ChatPage.NewName("Keys");
        await ann.Tab.Keyboard.TypeAsync(room);
        await ann.Tab.Keyboard.PressAsync("Enter");
        await ann.ExpectOpenAsync(room);
        await Expect(ann.Composer).ToBeFocusedAsync();

        await ann.Tab.Keyboard.TypeAsync("typed");
        await ann.Tab.Keyboard.PressAsync("Enter");
        await ann.ExpectMessagesAsync("typed");
        await TabToAsync(ann, ann.Button("Invite"));
        await ann.Tab.Keyboard.PressAsync("Enter");
        await Expect(ann.Dialog("Invite").GetByRole(AriaRole.Textbox)).ToBeFocusedAsync();
        await ann.Tab.Keyboard.TypeAsync("nobody of this name");
        await ann.Tab.Keyboard.PressAsync("Enter");
        await Expect(ann.Dialog("Invite").GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await ann.Tab.Keyboard.PressAsync("Escape");
        await Expect(ann.Button("Invite")).ToBeFocusedAsync();
        await TabToAsync(ann, ann.Button("Sign out"));
        await ann.Tab.Keyboard.PressAsync("Enter");
        await Expect(ann.Name).ToBeVisibleAsync();
    }

    /// <summary>Presses Tab until the focus is there; on each way the focus must be visible.</summary>
    private static async Task TabToAsync(ChatPage page, ILocator target)
    {
        await Expect(target).ToBeVisibleAsync();
        for (var presses = 0; presses < 40; presses++)
        {
            await page.Tab.Keyboard.PressAsync("Tab");
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement"))
            {
                Assert.True(await target.EvaluateAsync<bool>("element => element.matches(':focus-visible')"));
                return;
            }
        }

        Assert.Fail("The focus does not get there.");
    }
}
