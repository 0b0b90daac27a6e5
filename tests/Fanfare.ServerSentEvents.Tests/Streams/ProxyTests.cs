using System.Net;

namespace Fanfare.ServerSentEvents.Tests;

/// <summary>Behind nginx with its buffering as it comes: each event must come through before the next one is sent.</summary>
public sealed class ProxyTests
{
    [Theory]
    [InlineData("HTTP/1.1", "")]
    [InlineData("HTTP/1.0 to the server", "/old")]
    [InlineData("HTTP/2", "")]
    public async Task Events_pass_nginx_at_once_resume_and_end(string way, string prefix)
    {
        await using var host = await StreamHost.StartAsync();
        await using var nginx = await Nginx.StartAsync(host.Address);
        var isHttp2 = way == "HTTP/2";
        string since;
        await using (var reader = await OpenAsync(null))
        {
            Assert.Equal(isHttp2 ? HttpVersion.Version20 : HttpVersion.Version11, reader.Response.Version);
            Assert.Equal("connected", (await reader.NextAsync()).Name);
            for (var i = 0; i < 50; i++)
            {
                await host.Main.To("open").EmitAsync("n", i);
                Assert.Equal($"{i}", (await reader.NextAsync()).Data);
            }

            since = reader.LastEventId;
        }

        await host.WhenEmptyAsync();
        for (var i = 50; i < 150; i++)
        {
            await host.Main.To("open").EmitAsync("n", i);
        }

        await using var resumed = await OpenAsync(since);
        await resumed.NextAsync();
        Assert.Equal(Enumerable.Range(50, 100).Select(static i => $"{i}"), (await resumed.TakeAsync(100)).Select(static found => found.Data));
        await host.Main.DisconnectUserAsync("ann");
        Assert.True(await resumed.WhenEndedAsync());

        Task<EventReader> OpenAsync(string? cursor) => EventReader.OpenAsync(
            new Uri(isHttp2 ? nginx.Http2 : nginx.Http1, $"{prefix}/events/rooms/open"),
            "user:ann",
            cursor,
            isHttp2 ? HttpVersion.Version20 : HttpVersion.Version11);
    }
}
