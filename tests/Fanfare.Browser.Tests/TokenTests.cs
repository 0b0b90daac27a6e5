using System.Collections.Concurrent;
using static Microsoft.Playwright.Assertions;

namespace Fanfare.Browser.Tests;

public sealed class TokenTests(Chromium chromium)
{
    [Fact]
    public async Task Two_tabs_renew_their_tokens_together()
    {
        const int Renewals = 3;
        await using var chat = await ChatProcess.StartAsync("http", "--Auth:AccessTokenSeconds=4");
        await using var anns = await chromium.VisitAsync(chat.Url);
        var first = anns.Page;
        var second = await anns.OpenTabAsync();
        var statuses = new ConcurrentQueue<int>();
        var renewed = new TaskCompletionSource();
        first.Tab.Context.Response += (_, response) =>
        {
            if (response.Url.EndsWith("/api/auth/refresh", StringComparison.Ordinal))
            {
                statuses.Enqueue(response.Status);
                if (statuses.Count == Renewals)
                {
                    renewed.SetResult();
                }
            }
        };

        await first.RegisterAsync("Ann");
        var path = await first.CreateRoomAsync("Clocks");
        await second.GoToAsync(path);
        await second.ExpectOpenAsync("Clocks");
        await renewed.Task.InTime();
        await second.Tab.ReloadAsync();

        await second.ExpectOpenAsync("Clocks");
        await first.ExpectConnectedAsync();
        await second.ExpectConnectedAsync();
        await first.SayAsync("still here");
        await second.SayAsync("me too");
        await Expect(first.Messages).ToHaveCountAsync(2);
        await Expect(second.Messages).ToHaveCountAsync(2);
        Assert.All(statuses, status => Assert.Equal(200, status));
        first.ExpectQuiet();
        second.ExpectQuiet();
    }
}
