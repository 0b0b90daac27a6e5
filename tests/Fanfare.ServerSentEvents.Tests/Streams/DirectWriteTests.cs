using System.Globalization;

namespace Fanfare.ServerSentEvents.Tests;

public sealed class DirectWriteTests
{
    private const int Clients = 1000;
    private const int Events = 20;

    [Fact]
    public async Task A_thousand_streams_go_over_to_their_sockets_and_never_is_a_byte_out_of_place()
    {
        await using var host = await StreamHost.StartAsync(
            static options => options.MaxConnectionsPerAddress = 0,
            static options => options.ConfigureNamespaces = static n => n.Limits.MaxConnectionsPerUser = int.MaxValue);
        host.Main.Joined += (_, room) => EmitInBackground(host.Main, room);
        var opened = new List<RawStream>();
        for (var i = 0; i < Clients; i += 50)
        {
            opened.AddRange(await Task.WhenAll(Enumerable.Range(i, 50).Select(number => ReadAsync(host, number))));
        }

        // What has begun in the pipe goes over with one of the next events.
        var next = Events;
        var streams = host.Main.Connections.Cast<StreamConnection>().ToList();
        Assert.Equal(Clients, streams.Count);
        while (OperatingSystem.IsLinux() && !streams.TrueForAll(static stream => stream.IsDirect))
        {
            Assert.True(next < 500, $"Only {streams.Count(static stream => stream.IsDirect)} have gone over.");
            await host.Main.To([.. Enumerable.Range(0, Clients).Select(RoomOf)]).EmitAsync("n", next);
            await Task.WhenAll(opened.Select(stream => ExpectAsync(stream, next)));
            next++;
        }

        await host.Main.DisconnectUserAsync("ann");
        await Task.WhenAll(opened.Select(static stream => stream.WhenEndedAsync()));

        Assert.All(opened, static stream => Assert.True(stream.HasEnded));
        foreach (var stream in opened)
        {
            await stream.DisposeAsync();
        }
    }

    [Fact]
    public async Task Events_of_any_size_come_whole_in_either_way()
    {
        await using var host = await StreamHost.StartAsync();
        await using var reader = await RawStream.OpenAsync(host.Address, "/events/rooms/open");
        await reader.NextAsync();
        foreach (var size in (int[])[1, 1000, 70_000, 300_000, 10, 900_000, 1])
        {
            var text = new string('x', size);
            await host.Main.To("open").EmitAsync("n", text);
            Assert.Equal($"\"{text}\"", (await reader.NextAsync()).Data);
        }
    }

    [Fact]
    public async Task A_stream_that_is_not_the_first_answer_of_its_connection_stays_with_the_server()
    {
        await using var host = await StreamHost.StartAsync();
        await using var reader = await RawStream.OpenAsync(host.Address, "/events/rooms/open", "Authorization: Bearer user:ann\r\nX-First: 1\r\n");
        await reader.NextAsync();

        await using var pipelined = new PipelinedClient(host.Address);
        await pipelined.OpenAsync("/nowhere", "/events/rooms/open");
        await host.Main.To("open").EmitAsync("n", 1);
        Assert.Equal("1", (await reader.NextAsync()).Data);
        var text = await pipelined.ReadUntilAsync("data: 1");

        Assert.StartsWith("HTTP/1.1 404", text, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 200 OK", text, StringComparison.Ordinal);
        Assert.Equal(1, host.Main.Connections.Cast<StreamConnection>().Count(static stream => stream.IsDirect));
    }

    [Fact]
    public async Task Without_leave_nothing_goes_past_the_server()
    {
        await using var host = await StreamHost.StartAsync(static options => options.AllowDirectWrites = false);
        await using var reader = await RawStream.OpenAsync(host.Address, "/events/rooms/open");
        await reader.NextAsync();
        for (var i = 0; i < 10; i++)
        {
            await host.Main.To("open").EmitAsync("n", i);
            await ExpectAsync(reader, i);
        }

        Assert.False(Assert.Single(host.Main.Connections.Cast<StreamConnection>()).IsDirect);
    }

    private static string RoomOf(int number) => $"open-{number}";

    private static async Task<RawStream> ReadAsync(StreamHost host, int number)
    {
        var stream = await RawStream.OpenAsync(host.Address, $"/events/rooms/{RoomOf(number)}");
        Assert.Equal("connected", (await stream.NextAsync()).Name);
        for (var i = 0; i < Events; i++)
        {
            await ExpectAsync(stream, i);
        }

        return stream;
    }

    private static async Task ExpectAsync(RawStream stream, int number) =>
        Assert.Equal(number.ToString(CultureInfo.InvariantCulture), (await stream.NextAsync()).Data);

    /// <summary>From the first moment on, so that events race with the head of the answer.</summary>
    private static void EmitInBackground(Namespace @namespace, string room) => _ = Task.Run(async () =>
    {
        for (var i = 0; i < Events; i++)
        {
            await @namespace.To(room).EmitAsync("n", i);
            await Task.Yield();
        }
    });
}
