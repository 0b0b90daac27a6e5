using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Builder;
using System.Net.Sockets;

namespace Fanfare.ServerSentEvents.Tests;

public sealed class EndTests
{
    [Fact]
    public async Task A_stream_ends_with_its_users_proof()
    {
        await using var host = await StreamHost.StartAsync(movesClock: true);
        var reasons = Record(host);
        await using var reader = await host.ReadAsync(user: "ann:5000");
        await host.Main.To("open").EmitAsync("n", 1);
        Assert.Equal("n", (await reader.NextAsync()).Name);

        host.Clock!.Advance(TimeSpan.FromSeconds(6));

        Assert.True(await reader.WhenEndedAsync());
        await host.WhenEmptyAsync();
        Assert.Equal(["expired"], reasons);
    }

    [Fact]
    public async Task A_stream_ends_when_its_user_is_sent_away()
    {
        await using var host = await StreamHost.StartAsync();
        var reasons = Record(host);
        await using var general = await host.ReadAsync("/events");
        await using var rooms = await host.ReadAsync();
        await using var user = await host.ReadAsync("/events/user");
        await using var other = await host.ReadAsync(user: "bob");

        await host.Main.To("open").EmitAsync("last", 1);
        await host.Main.DisconnectUserAsync("ann");

        Assert.Equal("last", (await rooms.NextAsync()).Name);
        Assert.True(await general.WhenEndedAsync() && await rooms.WhenEndedAsync() && await user.WhenEndedAsync());
        Assert.Equal(["kicked", "kicked", "kicked"], reasons);
        await host.Main.To("open").EmitAsync("n", 2);
        Assert.Equal(["last", "n"], (await other.TakeAsync(2)).Select(static found => found.Name));
    }

    [Fact]
    public async Task A_stream_ends_when_its_user_is_taken_out_of_one_of_its_rooms()
    {
        await using var host = await StreamHost.StartAsync();
        await using var reader = await host.ReadAsync("/events/rooms/open-a?room=open-b");
        await using var other = await host.ReadAsync("/events/rooms/open-a");

        await host.Main.RemoveUserAsync("ann", "open-b");
        Assert.True(await reader.WhenEndedAsync());
        await host.Main.To("open-a").EmitAsync("n", 1);

        Assert.Equal("n", (await other.NextAsync()).Name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_goes_leaves_nothing_behind(bool isDirect)
    {
        await using var host = await StreamHost.StartAsync(options => options.AllowDirectWrites = isDirect);
        var reasons = Record(host);
        var left = 0;
        host.Main.Left += (_, _) => Interlocked.Increment(ref left);
        await using (await host.ReadAsync("/events/rooms/open-a?room=open-b"))
        {
            Assert.Equal(2, host.Main.RoomCount - 1);
        }

        await host.WhenEmptyAsync();
        Assert.Equal(["transport close"], reasons);
        Assert.Equal(0, host.Main.RoomCount);
        Assert.Equal(2, left);
    }

    [Fact]
    public async Task A_stream_that_could_not_begin_leaves_nothing_behind()
    {
        await using var host = await StreamHost.StartAsync(
            fanfare: static options => options.ConfigureNamespaces = static n => n.Limits.MaxConnectionsPerUser = 1,
            map: static app =>
            {
                app.Use(static (context, next) =>
                {
                    if (context.Request.Path.StartsWithSegments("/events/rooms"))
                    {
                        context.Response.OnStarting(static () => throw new InvalidOperationException("no head"));
                    }

                    return next(context);
                });
                app.MapEventStream("/events", configure: static options => options.MaxConnectionsPerAddress = 2);
            });
        await using var first = await host.ReadAsync("/events");
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, await host.StatusAsync("/events"));
            Assert.Equal(HttpStatusCode.InternalServerError, await host.StatusAsync("/events/rooms/open", "user:bob"));
        }

        Assert.Equal(1, host.Main.ConnectionCount);
        Assert.Equal(1, host.Counters["fanfare.sessions.active"]);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_stalled_reader_is_cut_and_others_do_not_notice(bool isDirect, bool isBoundOfNamespace)
    {
        await using var host = await StreamHost.StartAsync(
            options => options.AllowDirectWrites = isDirect,
            options =>
            {
                options.Outbox.MaxBytes = isBoundOfNamespace ? int.MaxValue : 256 * 1024;
                options.Outbox.MaxCount = int.MaxValue;
                options.ConfigureNamespaces = @namespace => @namespace.Limits.MaxQueuedBytes = isBoundOfNamespace ? 256 * 1024 : 0;
            });
        var reasons = Record(host);
        await using var good = await host.ReadAsync();
        await using var stalled = await StalledReader.OpenAsync(host.Address, "/events/rooms/open", "user:slow");
        var sent = 0;
        var pad = new string('x', 10_000);
        while (reasons.IsEmpty)
        {
            Assert.True(sent < 5000, "It is not cut.");
            await host.Main.To("open").EmitAsync("n", sent++, pad);
            Assert.Equal("n", (await good.NextAsync()).Name);
        }

        Assert.Equal(["slow consumer"], reasons);
        Assert.Equal(1, host.Counters["fanfare.limit.refused{limit=outbox}"]);
        Assert.Equal(1, host.Main.ConnectionCount);
        await host.Main.To("open").EmitAsync("end", 1);
        Assert.Equal("end", (await good.NextAsync()).Name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Readers_that_stall_together_and_read_on_miss_nothing(bool isInBatches)
    {
        const int Events = 400;
        await using var host = await StreamHost.StartAsync(fanfare: options =>
        {
            options.AllowWriteBatches = isInBatches;
            options.Outbox.MaxBytes = 0;
            options.Outbox.MaxCount = 0;
        });
        var streams = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RawStream.OpenAsync(host.Address, "/events/rooms/open")));
        foreach (var stream in streams)
        {
            Assert.Equal("connected", (await stream.NextAsync()).Name);
        }

        // Far more than all buffers on the way hold.
        var pad = new string('x', 20_000);
        for (var i = 0; i < Events; i++)
        {
            await host.Main.To("open").EmitAsync("n", i, pad);
        }

        await Task.WhenAll(streams.Select(async stream =>
        {
            for (var i = 0; i < Events; i++)
            {
                Assert.Equal($"[{i},\"{pad}\"]", (await stream.NextAsync()).Data);
            }

            await stream.DisposeAsync();
        }));
    }

    [Fact]
    public async Task A_reader_that_was_cut_comes_back_and_has_lost_nothing()
    {
        await using var host = await StreamHost.StartAsync(fanfare: static options =>
        {
            options.Outbox.MaxBytes = 64 * 1024;
            options.Outbox.MaxCount = 5000;
        });
        var reasons = Record(host);
        var sent = 0;
        string since;
        await using (var stalled = await host.ReadAsync())
        {
            // As a client that has read up to here and then sleeps: what it finds in its buffer later it may read or not.
            since = stalled.LastEventId;
            while (reasons.IsEmpty)
            {
                await host.Main.To("open").EmitAsync("n", sent++, new string('x', 8000));
                Assert.True(sent < 950, "It is not cut.");
            }
        }

        await using var resumed = await host.OpenAsync(since: since);
        await resumed.NextAsync();

        Assert.Equal(Enumerable.Range(0, sent).Select(static i => $"[{i},"), (await resumed.TakeAsync(sent)).Select(static found => found.Data[..(found.Data.IndexOf(',', StringComparison.Ordinal) + 1)]));
    }

    [Fact]
    public async Task When_the_server_stops_streams_are_told_when_to_come_back_and_end()
    {
        await using var host = await StreamHost.StartAsync(static options => options.RetryDelay = null, static options => options.DrainTime = TimeSpan.FromSeconds(2));
        var reasons = Record(host);
        var readers = new List<EventReader>();
        for (var i = 0; i < 20; i++)
        {
            readers.Add(await host.ReadAsync(user: $"u{i}"));
        }

        var stopping = host.StopAsync();
        Assert.All(await Task.WhenAll(readers.Select(static reader => reader.WhenEndedAsync())), Assert.True);
        await stopping;

        Assert.All(readers, static reader => Assert.InRange(reader.Retry!.Value, 0, 10_000));
        Assert.True(readers.Select(static reader => reader.Retry).Distinct().Count() > 10);
        Assert.Equal(20, reasons.Count(static reason => reason == "server shutting down"));
        foreach (var reader in readers)
        {
            await reader.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_kernel_is_told_how_long_to_wait_for_a_peer_that_does_not_acknowledge()
    {
        Socket? socket = null;
        await using var host = await StreamHost.StartAsync(map: app =>
        {
            app.Use((context, next) =>
            {
                socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
                return next(context);
            });
            app.MapEventStream("/events", configure: static options => options.AcknowledgementTimeout = TimeSpan.FromSeconds(7));
        });
        await using var reader = await host.ReadAsync();
        if (OperatingSystem.IsLinux())
        {
            var value = new byte[4];
            socket!.GetRawSocketOption(6, 18, value);
            Assert.Equal(7000, BitConverter.ToInt32(value));
        }
    }

    [Fact]
    public async Task A_request_while_the_server_stops_is_sent_elsewhere()
    {
        await using var host = await StreamHost.StartAsync(fanfare: static options => options.DrainTime = TimeSpan.FromSeconds(20));
        await using var first = await host.ReadAsync();
        await using var second = await host.ReadAsync();
        await using var third = await host.ReadAsync();
        var stopping = host.StopAsync();
        Assert.True(await first.WhenEndedAsync());

        using var answer = await host.AskAsync("/events/rooms/open", "user:ann");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        await stopping;
    }

    private static System.Collections.Concurrent.ConcurrentQueue<string> Record(StreamHost host)
    {
        var reasons = new System.Collections.Concurrent.ConcurrentQueue<string>();
        host.Main.Ended += (_, reason) => reasons.Enqueue(reason.Text);
        return reasons;
    }
}
