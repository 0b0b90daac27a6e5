using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Fanfare.Browser.Tests;

/// <summary>One room over every wire, and the switch between them.</summary>
public sealed class TransportTests(Chromium chromium)
{
    public static TheoryData<string> Transports => ["Socket.IO", "WebSocket", "Event stream"];

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_conversation_is_the_same_on_every_wire(string transport)
    {
        await using var anns = await chromium.VisitAsync();
        await using var bobs = await chromium.VisitAsync();
        var (ann, bob) = (anns.Page, bobs.Page);
        await ann.RegisterAsync("Ann");
        var bobsName = await bob.RegisterAsync("Bob");
        await bob.UseTransportAsync(transport);
        var room = ChatPage.NewName("Quay");
        await ann.CreateRoomAsync(room);
        await ann.SayAsync("1");

        // A stranger reads the public room, and writes in it.
        await bob.EnterRoomAsync(room);
        await bob.ExpectMessagesAsync("1");
        await bob.SayAsync("2");
        await bob.SayAsync("3");
        await ann.ExpectMessagesAsync("1", "2", "3");
        await ann.SayAsync("4");
        await bob.ExpectMessagesAsync("1", "2", "3", "4");
        await Expect(ann.Member(bobsName)).ToContainTextAsync("online");
        await Expect(bob.Member(bobsName)).ToContainTextAsync("online");
        await ann.Composer.PressSequentiallyAsync("a");
        await Expect(bob.Tab.GetByText(new Regex("is typing$"))).ToBeVisibleAsync();

        // Elsewhere it counts what is unread.
        await bob.GoToAsync("/");
        await ann.SayAsync("5");
        var unread = bob.Rooms.GetByRole(AriaRole.Link, new() { NameRegex = new Regex($"^{room}, \\d unread$") });
        await Expect(unread).ToBeVisibleAsync();
        await unread.ClickAsync();
        await bob.ExpectMessagesAsync("1", "2", "3", "4", "5");
        await Expect(bob.RoomLink(room)).ToBeVisibleAsync();
        await Expect(bob.Transport.Locator("option:checked")).ToHaveTextAsync(transport);
        ann.ExpectQuiet();
        bob.ExpectQuiet();
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task No_access_and_a_removal_look_the_same_on_every_wire(string transport)
    {
        await using var anns = await chromium.VisitAsync();
        await using var bobs = await chromium.VisitAsync();
        var (ann, bob) = (anns.Page, bobs.Page);
        await ann.RegisterAsync("Ann");
        var bobsName = await bob.RegisterAsync("Bob");
        await bob.UseTransportAsync(transport);
        var room = ChatPage.NewName("Secret");
        var path = await ann.CreateRoomAsync(room, isPrivate: true);

        await bob.GoToAsync(path);
        await Expect(bob.Alert).ToContainTextAsync("Access denied");
        await Expect(bob.Composer).ToHaveCountAsync(0);
        await ann.Button("Invite").ClickAsync();
        await ann.Dialog("Invite").GetByRole(AriaRole.Textbox).FillAsync(bobsName);
        await ann.Tab.Keyboard.PressAsync("Enter");
        await bob.Invitations.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Accept") }).ClickAsync();
        await bob.ExpectOpenAsync(room);
        await bob.SayAsync("hello");
        await ann.ExpectMessagesAsync("hello");

        await ann.Member(bobsName).GetByRole(AriaRole.Button).ClickAsync();
        await ann.Tab.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Remove") }).ClickAsync();
        await Expect(bob.Alert).ToContainTextAsync("Access denied");
        await Expect(bob.Messages).ToHaveCountAsync(0);
        await Expect(bob.RoomLink(room)).ToHaveCountAsync(0);
        ann.ExpectQuiet();
        bob.ExpectQuiet();
    }

    [Fact]
    public async Task A_switch_keeps_the_room_and_loses_and_doubles_nothing()
    {
        await using var anns = await chromium.VisitAsync();
        await using var bobs = await chromium.VisitAsync();
        var (ann, bob) = (anns.Page, bobs.Page);
        await ann.RegisterAsync("Ann");
        await bob.RegisterAsync("Bob");
        var room = ChatPage.NewName("Harbour");
        await ann.CreateRoomAsync(room);
        await bob.EnterRoomAsync(room);
        string[] tour = ["WebSocket", "Event stream", "Socket.IO", "Event stream", "WebSocket", "Socket.IO"];
        const int PerStop = 8;

        // Ann writes all the while, and so does Bob: before each switch, without waiting for it, and after it.
        var writing = WriteAsync();
        var own = 0;
        foreach (var transport in tour)
        {
            await bob.SayAsync($"bob {own++};");
            await bob.Transport.SelectOptionAsync(transport);
            await bob.SayAsync($"bob {own++};");
            await bob.ExpectConnectedAsync();
            await Expect(bob.Heading(room)).ToBeVisibleAsync();
            await Expect(bob.Message($"bob {own - 1};").GetByText("Sending")).ToHaveCountAsync(0);
        }

        await writing;
        var all = (tour.Length * PerStop) + own;
        await Expect(ann.Messages).ToHaveCountAsync(all);
        await Expect(bob.Messages).ToHaveCountAsync(all);
        await Expect(bob.Messages.Filter(new() { HasTextRegex = new Regex("Sending$|Not sent") })).ToHaveCountAsync(0);
        var seen = await TextsAsync(ann);
        Assert.Equal(seen, await TextsAsync(bob));
        Assert.Equal(Enumerable.Range(0, tour.Length * PerStop).Select(i => $"ann {i};"), seen.Where(text => text.StartsWith("ann", StringComparison.Ordinal)));
        Assert.Equal(Enumerable.Range(0, own).Select(i => $"bob {i};"), seen.Where(text => text.StartsWith("bob", StringComparison.Ordinal)));
        ann.ExpectQuiet();
        bob.ExpectQuiet();

        async Task WriteAsync()
        {
            for (var i = 0; i < tour.Length * PerStop; i++)
            {
                await ann.SayAsync($"ann {i};");
            }
        }
    }

    [Theory]
    [InlineData("WebSocket", "stopped")]
    [InlineData("Event stream", "killed")]
    public async Task The_server_restarts_and_nothing_is_lost_or_doubled(string transport, string end)
    {
        await using var chat = await ChatProcess.StartAsync();
        await using var anns = await chromium.VisitAsync(chat.Url);
        await using var bobs = await chromium.VisitAsync(chat.Url);
        var (ann, bob) = (anns.Page, bobs.Page);
        await ann.RegisterAsync("Ann");
        await bob.RegisterAsync("Bob");
        await bob.UseTransportAsync(transport);
        await ann.CreateRoomAsync("Harbour");
        await bob.EnterRoomAsync("Harbour");
        await bob.SayAsync("before 1");
        await ann.ExpectMessagesAsync("before 1");
        await ann.SayAsync("before 2");
        await bob.ExpectMessagesAsync("before 1", "before 2");

        await (end == "stopped" ? chat.StopAsync() : chat.KillAsync());
        await Expect(bob.Connection).ToHaveTextAsync("Reconnecting");
        await bob.SayAsync("meanwhile");
        await Expect(bob.Message("meanwhile")).ToContainTextAsync("Sending");
        await chat.StartAgainAsync();

        await ann.ExpectConnectedAsync();
        await bob.ExpectConnectedAsync();
        await ann.ExpectMessagesAsync("before 1", "before 2", "meanwhile");
        await ann.SayAsync("after");
        await bob.ExpectMessagesAsync("before 1", "before 2", "meanwhile", "after");
        await Expect(bob.Transport.Locator("option:checked")).ToHaveTextAsync(transport);
        await bob.Tab.ReloadAsync();
        await bob.ExpectMessagesAsync("before 1", "before 2", "meanwhile", "after");
        await Expect(bob.Transport.Locator("option:checked")).ToHaveTextAsync(transport);
        bob.ExpectQuiet(serverWasAway: true);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Without_a_network_it_is_offline_and_comes_back_by_itself(string transport)
    {
        await using var anns = await chromium.VisitAsync();
        var ann = anns.Page;
        await ann.RegisterAsync("Ann");
        await ann.UseTransportAsync(transport);
        await ann.CreateRoomAsync(ChatPage.NewName("Island"));
        await ann.Tab.Context.SetOfflineAsync(true);
        await Expect(ann.Connection).ToHaveTextAsync("Offline");
        await ann.SayAsync("into the void");
        await Expect(ann.Message("into the void")).ToContainTextAsync("Sending");
        await ann.Tab.Context.SetOfflineAsync(false);
        await ann.ExpectConnectedAsync();
        await ann.ExpectMessagesAsync("into the void");
    }

    [Fact]
    public async Task Four_tabs_on_event_streams_share_what_is_the_users_own()
    {
        await using var anns = await chromium.VisitAsync();
        await anns.Page.RegisterAsync("Ann");
        await anns.Page.UseTransportAsync("Event stream");
        var room = ChatPage.NewName("Tabs");
        var path = await anns.Page.CreateRoomAsync(room);
        List<ChatPage> tabs = [anns.Page];
        for (var i = 0; i < 3; i++)
        {
            var tab = await anns.OpenTabAsync();
            await tab.GoToAsync();
            await tab.UseTransportAsync("Event stream");
            tabs.Add(tab);
        }

        await tabs[3].GoToAsync(path);
        await tabs[3].SayAsync("1");
        await tabs[0].ExpectMessagesAsync("1");

        // The tab that holds the streams goes; another takes them over.
        await tabs[0].Tab.CloseAsync();
        await tabs[1].ExpectConnectedAsync();
        var other = ChatPage.NewName("Other");
        await tabs[3].CreateRoomAsync(other);
        await Expect(tabs[1].RoomLink(other)).ToBeVisibleAsync();
        await Expect(tabs[2].RoomLink(other)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_browsers_own_event_source_reads_by_the_cookie_and_comes_back_after_a_restart()
    {
        await using var chat = await ChatProcess.StartAsync();
        await using var anns = await chromium.VisitAsync(chat.Url);
        var ann = anns.Page;
        await ann.RegisterAsync("Ann");
        var path = await ann.CreateRoomAsync("Harbour");
        await ann.Tab.EvaluateAsync(
            """
            (room) => {
              const source = new EventSource(`/events/rooms/${room}`);
              window.heard = [];
              source.addEventListener('connected', () => window.heard.push('connected'));
              source.addEventListener('reset', () => window.heard.push('reset'));
              source.addEventListener('message', (event) => window.heard.push(JSON.parse(event.data).content));
            }
            """,
            path["/rooms/".Length..]);
        await ExpectHeardAsync(["connected"]);
        await ann.SayAsync("before");
        await ExpectHeardAsync(["connected", "before"]);

        await chat.KillAsync();
        await chat.StartAgainAsync();

        // What the former life of the log held is gone, and that is said.
        await ExpectHeardAsync(["connected", "before", "connected", "reset"]);
        await ann.ExpectConnectedAsync();
        await ann.SayAsync("after");
        await ExpectHeardAsync(["connected", "before", "connected", "reset", "after"]);

        Task ExpectHeardAsync(string[] events) =>
            ann.Tab.WaitForFunctionAsync("(events) => JSON.stringify(window.heard) === JSON.stringify(events)", events, new() { Timeout = (float)Within.Default.TotalMilliseconds });
    }

    private static async Task<List<string>> TextsAsync(ChatPage page)
    {
        var texts = await page.Messages.AllInnerTextsAsync();
        return [.. texts.Select(text => Regex.Match(text, "(ann|bob) \\d+;").Value)];
    }
}
