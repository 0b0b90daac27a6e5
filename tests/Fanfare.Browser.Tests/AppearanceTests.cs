using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Fanfare.Browser.Tests;

public sealed class AppearanceTests(Chromium chromium)
{
    private const string LongWord = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 375)]
    public async Task Every_state_is_accessible_in_the_colours_that_the_user_prefers(ColorScheme scheme, int width)
    {
        await using var anns = await chromium.VisitAsync(scheme: scheme);
        await using var bobs = await chromium.VisitAsync(scheme: scheme, width: width);
        var (ann, bob) = (anns.Page, bobs.Page);
        await bob.GoToAsync();
        await Expect(bob.Button("Sign in")).ToBeVisibleAsync();
        await bob.ExpectAccessibleAsync("the sign-in page");
        await ExpectColoursAsync(bob, scheme);
        await bob.Name.FillAsync("nobody");
        await bob.PasswordField.FillAsync("wrong");
        await bob.Button("Sign in").ClickAsync();
        await Expect(bob.Alert).ToBeVisibleAsync();
        await bob.ExpectAccessibleAsync("a refused sign-in");

        var bobsName = await bob.RegisterAsync("Bob");
        await bob.ExpectAccessibleAsync("no room open");
        var annsName = await ann.RegisterAsync("Ann");
        var room = ChatPage.NewName(LongWord[..50]);
        var path = await ann.CreateRoomAsync(room, isPrivate: true);
        await ann.ExpectAccessibleAsync("an empty room");
        await bob.GoToAsync(path);
        await Expect(bob.Alert).ToContainTextAsync("Access denied");
        await bob.ExpectAccessibleAsync("a room that refuses");

        await ann.Button("Invite").ClickAsync();
        await ann.Dialog("Invite").GetByRole(AriaRole.Textbox).FillAsync(bobsName);
        await ann.ExpectAccessibleAsync("the dialog Invite");
        await ann.Tab.Keyboard.PressAsync("Enter");
        await ShowRoomsAsync(bob, width);
        await Expect(bob.Invitations).ToBeVisibleAsync();
        await bob.ExpectAccessibleAsync("an invitation");
        await bob.Button("New room").ClickAsync();
        await Expect(bob.Dialog("New room")).ToBeVisibleAsync();
        await bob.ExpectAccessibleAsync("the dialog New room");
        await bob.Tab.Keyboard.PressAsync("Escape");
        await bob.Invitations.GetByRole(AriaRole.Button).First.ClickAsync();
        await Expect(bob.Composer).ToBeVisibleAsync();

        await bob.SayAsync($"{LongWord}{LongWord}\nhttps://example.com/{LongWord}/{LongWord}");
        await ann.Composer.PressSequentiallyAsync("a");
        await Expect(bob.Tab.GetByText($"{annsName} is typing")).ToBeVisibleAsync();
        await bob.ExpectMessagesAsync(LongWord);
        await bob.ExpectAccessibleAsync("a conversation");
        await ExpectColoursAsync(bob, scheme);
        await ExpectColoursAsync(ann, scheme);
        if (width < 700)
        {
            await bob.Button("Show members").ClickAsync();
            await Expect(bob.Members).ToBeVisibleAsync();
            await bob.ExpectAccessibleAsync("the members");
            await bob.Tab.Keyboard.PressAsync("Escape");
        }

        await bob.Tab.Context.SetOfflineAsync(true);
        await Expect(bob.Connection).ToHaveTextAsync("Offline");
        await bob.SayAsync("into the void");
        await Expect(bob.Message("into the void")).ToContainTextAsync("Sending");
        await bob.ExpectAccessibleAsync("no network");
        await bob.Tab.Context.SetOfflineAsync(false);
        await bob.ExpectConnectedAsync();
        await Expect(ann.Message("into the void")).ToBeVisibleAsync();
        ann.ExpectQuiet();
    }

    [Fact]
    public async Task Narrow_pages_need_no_scrolling_sideways()
    {
        await using var anns = await chromium.VisitAsync(width: 320, height: 640);
        var ann = anns.Page;
        await ann.RegisterAsync(LongWord[..24]);
        await ann.Button("Show rooms").ClickAsync();
        var room = ChatPage.NewName(LongWord[..50]);
        await ann.Button("New room").ClickAsync();
        await ann.ExpectNoSidewaysScrollingAsync("the dialog at 320 px");
        await ann.Dialog("New room").GetByRole(AriaRole.Textbox).FillAsync(room);
        await ann.Tab.Keyboard.PressAsync("Enter");
        await Expect(ann.Composer).ToBeVisibleAsync();
        await ann.SayAsync(LongWord + LongWord);
        await ann.ExpectMessagesAsync(LongWord);

        foreach (var width in new[] { 320, 375, 699, 701 })
        {
            await ann.Tab.SetViewportSizeAsync(width, 640);
            await ann.ExpectNoSidewaysScrollingAsync($"a room at {width} px");
            if (width < 700)
            {
                await ann.Button("Show rooms").ClickAsync();
                await Expect(ann.RoomLink(room)).ToBeVisibleAsync();
                await ann.ExpectNoSidewaysScrollingAsync($"the rooms at {width} px");
                await ann.Tab.Keyboard.PressAsync("Escape");
            }
        }
    }

    private static async Task ShowRoomsAsync(ChatPage page, int width)
    {
        if (width < 700)
        {
            await page.Button("Show rooms").ClickAsync();
        }
    }

    /// <summary>Checks how bright the page is on the whole: the mean of all its pixels.</summary>
    private async Task ExpectColoursAsync(ChatPage page, ColorScheme scheme)
    {
        var picture = Convert.ToBase64String(await page.Tab.ScreenshotAsync());
        var blank = await chromium.NewBlankPageAsync();
        var luminance = await blank.EvaluateAsync<double>(
            """
            async (picture) => {
              const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
              const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
              canvas.drawImage(bitmap, 0, 0);
              const { data } = canvas.getImageData(0, 0, bitmap.width, bitmap.height);
              let sum = 0;
              for (let i = 0; i < data.length; i += 4) sum += 0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2];
              return sum / (data.length / 4) / 255;
            }
            """,
            picture);
        await blank.CloseAsync();
        Assert.True(scheme == ColorScheme.Light ? luminance > 0.75 : luminance < 0.3, $"The mean luminance of a {scheme} page is {luminance}.");
    }
}
