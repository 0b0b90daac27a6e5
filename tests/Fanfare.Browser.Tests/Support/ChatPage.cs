using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Fanfare.Browser.Tests;

/// <summary>The chat in one tab, by the roles and names that users of assistive technology know. It notes what the console says.</summary>
internal sealed class ChatPage
{
    public const string Password = "correct horse battery staple";
    private static int _names;
    private readonly ConcurrentQueue<string> _complaints = new();

    private ChatPage(IPage page)
    {
        Tab = page;
        page.Console += (_, message) => _complaints.Enqueue($"{message.Type}: {message.Text} ({message.Location})");
        page.PageError += (_, error) => _complaints.Enqueue($"error: {error}");
        page.Dialog += (_, dialog) =>
        {
            _complaints.Enqueue($"dialog: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
    }

    public IPage Tab { get; }

    public ILocator Name => Tab.GetByRole(AriaRole.Textbox, new() { Name = "Name", Exact = true });

    public ILocator PasswordField => Tab.GetByLabel("Password", new() { Exact = true });

    public ILocator Alert => Tab.GetByRole(AriaRole.Alert);

    public ILocator Connection => Tab.GetByRole(AriaRole.Status, new() { Name = "Connection", Exact = true });

    public ILocator Rooms => Tab.GetByRole(AriaRole.Navigation, new() { Name = "Rooms", Exact = true });

    public ILocator Log => Tab.GetByRole(AriaRole.Log, new() { Name = "Messages", Exact = true });

    public ILocator Messages => Log.GetByRole(AriaRole.Article);

    public ILocator Composer => Tab.GetByRole(AriaRole.Textbox, new() { Name = "Message", Exact = true });

    public ILocator Members => Tab.GetByRole(AriaRole.List, new() { Name = "Members", Exact = true });

    public ILocator Invitations => Tab.GetByRole(AriaRole.List, new() { Name = "Invitations", Exact = true });

    public ILocator Transport => Tab.GetByRole(AriaRole.Combobox, new() { Name = "Transport", Exact = true });

    public ILocator Activity => Tab.GetByRole(AriaRole.List, new() { Name = "Activity", Exact = true });

    public static async Task<ChatPage> OpenAsync(IBrowserContext context) => new(await context.NewPageAsync());

    /// <summary>A name that nobody has yet.</summary>
    public static string NewName(string stem) => $"{stem} {Interlocked.Increment(ref _names)}";

    public ILocator Button(string name) => Tab.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Dialog(string name) => Tab.GetByRole(AriaRole.Dialog, new() { Name = name, Exact = true });

    public ILocator Heading(string name) => Tab.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true });

    public ILocator RoomLink(string name) => Rooms.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    public ILocator Message(string text) => Messages.Filter(new() { HasText = text });

    public ILocator Member(string name) => Members.GetByRole(AriaRole.Listitem).Filter(new() { HasText = name });

    public Task GoToAsync(string path = "/") => Tab.GotoAsync(path);

    /// <summary>Makes an account and waits until the chat is connected.</summary>
    /// <returns>The user's name.</returns>
    public async Task<string> RegisterAsync(string stem = "Ann")
    {
        var name = NewName(stem);
        await GoToAsync();
        await Name.FillAsync(name);
        await PasswordField.FillAsync(Password);
        await Button("Create account").ClickAsync();
        await ExpectConnectedAsync();
        return name;
    }

    public async Task SignInAsync(string name)
    {
        await Name.FillAsync(name);
        await PasswordField.FillAsync(Password);
        await PasswordField.PressAsync("Enter");
        await ExpectConnectedAsync();
    }

    /// <summary>Makes a room, which opens.</summary>
    /// <returns>The path of its page.</returns>
    public async Task<string> CreateRoomAsync(string name, bool isPrivate = false)
    {
        await Button("New room").ClickAsync();
        var dialog = Dialog("New room");
        await dialog.GetByRole(AriaRole.Textbox, new() { Name = "Room name", Exact = true }).FillAsync(name);
        await dialog.GetByRole(AriaRole.Checkbox, new() { Name = "Private", Exact = true }).SetCheckedAsync(isPrivate);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAsync();
        await ExpectOpenAsync(name);
        return new Uri(Tab.Url).AbsolutePath;
    }

    public async Task EnterRoomAsync(string name)
    {
        await RoomLink(name).ClickAsync();
        await ExpectOpenAsync(name);
    }

    /// <summary>Chooses what carries the chat, and waits until it does.</summary>
    public async Task UseTransportAsync(string name)
    {
        await Transport.SelectOptionAsync(name);
        await ExpectConnectedAsync();
    }

    public async Task SayAsync(string text)
    {
        await Composer.FillAsync(text);
        await Composer.PressAsync("Enter");
    }

    public Task ExpectConnectedAsync() => Expect(Connection).ToHaveTextAsync("Connected");

    public async Task ExpectOpenAsync(string room)
    {
        await Expect(Heading(room)).ToBeVisibleAsync();
        await Expect(Composer).ToBeVisibleAsync();
        await Expect(RoomLink(room)).ToHaveAttributeAsync("aria-current", "page");
    }

    /// <summary>Waits until exactly these messages stand in the log, in this order, all of them sent.</summary>
    public async Task ExpectMessagesAsync(params string[] texts)
    {
        await Expect(Messages).ToHaveTextAsync(texts.Select(text => new Regex(Regex.Escape(text))));
        await Expect(Messages.Filter(new() { HasTextRegex = new Regex("Sending$|Not sent") })).ToHaveCountAsync(0);
    }

    /// <summary>By which version of HTTP the page came.</summary>
    public Task<string> HttpVersionAsync() => Tab.EvaluateAsync<string>("() => performance.getEntriesByType('navigation')[0].nextHopProtocol");

    /// <summary>Checks that nothing was said on the console, no dialog opened, and no rule of the page's policy was broken.</summary>
    /// <param name="serverWasAway">Whether the browser itself had requests to complain about that reached nobody.</param>
    public void ExpectQuiet(bool serverWasAway = false) =>
        Assert.DoesNotContain(_complaints, complaint => !(serverWasAway && IsAboutAbsence(complaint)));

    private static bool IsAboutAbsence(string complaint) =>
        complaint.Contains("net::ERR_", StringComparison.Ordinal)
        || complaint.Contains("status of 503", StringComparison.Ordinal) // it is going down and takes nobody any more
        || complaint.Contains("error occurred when fetching the script", StringComparison.Ordinal)
        || complaint.Contains("WebSocket is already in CLOSING or CLOSED state", StringComparison.Ordinal)
        || (complaint.Contains("WebSocket connection to", StringComparison.Ordinal) && complaint.Contains("failed", StringComparison.Ordinal));
}
