using static Microsoft.Playwright.Assertions;

namespace Fanfare.Browser.Tests;

public sealed class RestartTests(Chromium chromium)
{
    [Theory]
    [InlineData("stopped")]
    [InlineData("killed")]
    public async Task The_server_restarts_and_nothing_is_lost_or_doubled(string end)
    {
        await using var chat = await ChatProcess.StartAsync();
        await using var anns = await chromium.VisitAsync(chat.Url);
        await using var bobs = await chromium.VisitAsync(chat.Url);
        var (ann, bob) = (anns.Page, bobs.Page);
        await ann.RegisterAsync("Ann");
        await bob.RegisterAsync("Bob");
        await ann.CreateRoomAsync("Harbour");
        await bob.EnterRoomAsync("Harbour");
        await ann.SayAsync("before 1");
        await bob.ExpectMessagesAsync("before 1");
        await bob.SayAsync("before 2");
        await ann.ExpectMessagesAsync("before 1", "before 2");

        await (end == "stopped" ? chat.StopAsync() : chat.KillAsync());
        await Expect(ann.Connection).ToHaveTextAsync("Reconnecting");
        await Expect(bob.Connection).ToHaveTextAsync("Reconnecting");
        await ann.SayAsync("meanwhile 1");
        await ann.SayAsync("meanwhile 2");
        await Expect(ann.Message("meanwhile 1")).ToContainTextAsync("Sending");
        await Expect(ann.Message("meanwhile 2")).ToContainTextAsync("Sending");
        await chat.StartAgainAsync();

        await ann.ExpectConnectedAsync();
        await bob.ExpectConnectedAsync();
        string[] all = ["before 1", "before 2", "meanwhile 1", "meanwhile 2"];
        await ann.ExpectMessagesAsync(all);
        await bob.ExpectMessagesAsync(all);
        await bob.SayAsync("after");
        await ann.ExpectMessagesAsync([.. all, "after"]);
        await ann.Tab.ReloadAsync();
        await ann.ExpectMessagesAsync([.. all, "after"]);
        ann.ExpectQuiet(serverWasAway: true);
        bob.ExpectQuiet(serverWasAway: true);
    }
}
