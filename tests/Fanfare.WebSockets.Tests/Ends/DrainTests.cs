using System.Text.Json;
using Fanfare.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Fanfare.WebSockets.Tests.Ends;

/// <summary>A server that is told to stop says when to come back, and closes a few at a time: product section 12 "Ends".</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task Each_client_is_told_when_to_come_back_and_closed_with_1001()
    {
        await using var server = await TestServer.StartAsync(fanfare: static options => options.DrainTime = TimeSpan.FromSeconds(2));
        var clients = new List<PlainClient>();
        for (var i = 0; i < 50; i++)
        {
            clients.Add(i % 5 == 0 ? await PlainClient.ConnectAsync(server) : await PlainClient.JoinAsync(server, $"u{i}", $"open-{i}"));
        }

        var ends = clients.Select(static client => client.RestAsync()).ToArray();
        var stopping = server.StopAsync();
        var rests = await Task.WhenAll(ends);
        await stopping;

        var waits = new List<long>();
        foreach (var rest in rests)
        {
            var last = JsonElement.Parse(rest[^1]);
            Assert.Equal("reconnect", last.GetProperty("type").GetString());
            waits.Add(last.GetProperty("afterMs").GetInt64());
        }

        Assert.All(clients, static client => Assert.Equal((1001, "server shutting down"), (client.CloseCode, client.CloseText)));
        Assert.All(waits, static wait => Assert.InRange(wait, 0, 10_000));
        Assert.True(waits.Distinct().Count() > 25, "Clients that come back must not come all at once.");
        await server.Meters.WhenAllAreGone();
        Assert.Empty(server.Faults);
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Meanwhile_new_clients_are_sent_elsewhere()
    {
        await using var server = await TestServer.StartAsync(fanfare: static options => options.DrainTime = TimeSpan.FromSeconds(2));
        var clients = new List<PlainClient>();
        for (var i = 0; i < 10; i++)
        {
            clients.Add(await PlainClient.EnterAsync(server, $"u{i}"));
        }

        var stopping = server.StopAsync();
        await Task.WhenAny(clients.Select(static client => client.RestAsync()));

        await using var late = await RawClient.ConnectAsync(server);

        Assert.Equal(503, late.Status);
        Assert.Contains("\r\nRetry-After: ", late.Head, StringComparison.Ordinal);
        foreach (var client in clients)
        {
            client.Break();
        }

        await stopping;
    }

    [Fact]
    public async Task A_signal_that_meets_the_stop_of_the_host_tells_nobody_twice()
    {
        WebApplication? app = null;
        await using var server = await TestServer.StartAsync(map: built => app = built);
        await using var client = await PlainClient.EnterAsync(server, "u1");
        var drains = 0;
        var stopping = Task.CompletedTask;
        app!.Services.GetRequiredService<DrainList>().Add((_, _) =>
        {
            // The signal wakes the host too, while those who listen to the signal are still being called.
            if (Interlocked.Increment(ref drains) == 1)
            {
                stopping = app.StopAsync(CancellationToken.None);
            }

            return Task.CompletedTask;
        });

        app.Lifetime.StopApplication();
        var rest = await client.RestAsync();
        await stopping.InTime();

        Assert.Equal(1, drains);
        Assert.Single(rest, static frame => frame.Contains("\"reconnect\"", StringComparison.Ordinal));
    }
}
