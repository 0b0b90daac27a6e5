using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Fanfare.Browser.Tests;

public sealed class ActivityTests(Chromium chromium)
{
    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task What_happens_elsewhere_shows_up_live(ColorScheme scheme, int width)
    {
        await using var anns = await chromium.VisitAsync();
        await using var bobs = await chromium.VisitAsync(scheme: scheme, width: width);
        var (ann, bob) = (anns.Page, bobs.Page);
        var annsName = await ann.RegisterAsync("Ann");
        var bobsName = await bob.RegisterAsync("Bob");
        await bob.Button("Activity").ClickAsync();
        await bob.ExpectAccessibleAsync("no activity");
        await bob.Tab.Keyboard.PressAsync("Escape");
        await Expect(bob.Button("Activity")).ToBeFocusedAsync();

        var open = ChatPage.NewName("Open");
        await ann.CreateRoomAsync(open);
        var secret = ChatPage.NewName("Secret");
        await ann.CreateRoomAsync(secret, isPrivate: true);
        await ann.Button("Invite").ClickAsync();
        await ann.Dialog("Invite").GetByRole(AriaRole.Textbox).FillAsync(bobsName);
        await ann.Tab.Keyboard.PressAsync("Enter");

        await bob.Button("Activity, news").ClickAsync();
        await Expect(bob.Activity.GetByRole(AriaRole.Listitem).Filter(new() { HasText = open })).ToContainTextAsync("new room");
        await Expect(bob.Activity.GetByRole(AriaRole.Listitem).First).ToContainTextAsync($"{annsName} invites you to {secret}");
        await bob.ExpectAccessibleAsync("activity");
        await bob.Tab.Keyboard.PressAsync("Escape");
        if (width < 700)
        {
            await bob.Button("Show rooms").ClickAsync();
        }

        await bob.Invitations.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Accept") }).ClickAsync();
        await Expect(bob.Composer).ToBeVisibleAsync();
        await bob.GoToAsync();
        await bob.ExpectConnectedAsync();
        await ann.SayAsync("hello");
        await bob.Button("Activity, news").ClickAsync();
        var unread = bob.Activity.GetByRole(AriaRole.Listitem).Filter(new() { HasText = $"1 unread message in {secret}" });
        await unread.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(bob.Heading(secret)).ToBeVisibleAsync();
        await Expect(bob.Activity).ToHaveCountAsync(0);

        // Read is read.
        await bob.Button("Activity").ClickAsync();
        await Expect(unread).ToHaveCountAsync(0);
        ann.ExpectQuiet();
        bob.ExpectQuiet();
    }
}
