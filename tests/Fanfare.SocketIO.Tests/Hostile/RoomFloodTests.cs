namespace Fanfare.SocketIO.Tests.Hostile;

/// <summary>Rooms that nobody is in any more leave nothing behind.</summary>
[Collection(typeof(AloneCollection))]
public sealed class RoomFloodTests
{
    private const int Clients = 100;

    [Fact]
    public Task A_tenth_of_a_million_rooms_joined_and_left_leave_nothing() => FloodAsync(100_000);

    [Fact]
    [Trait("Category", "Long")]
    public Task A_million_rooms_joined_and_left_leave_nothing() => FloodAsync(1_000_000);

    private static async Task FloodAsync(int count)
    {
        await using var server = await TestServer.StartAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => SocketClient.ConnectAsync(server, i % 10 == 0 ? EngineLink.Polling : EngineLink.WebSocket)));
        await JoinAndLeaveAsync(server, 0, 1000);
        var before = Figures.ManagedHeap();

        // No client can be in more at a time, so that many are there at once.
        await JoinAndLeaveAsync(server, 1000, count);
        var growth = Figures.ManagedHeap() - before;
        Assert.Equal(0, server.Main.RoomCount);

        foreach (var client in clients)
        {
            await client.BreakAsync();
            await client.DisposeAsync();
        }

        await server.Meters.When("fanfare.connections.active", null, static sum => sum == 0);
        await server.Meters.When("fanfare.sessions.active", null, static sum => sum == 0);
        var gauges = server.Meters.Gauges();
        Figures.Write($"{count:N0} rooms, {Clients * RoomsEach:N0} at a time: live heap {growth / 1e6:+0.0;-0.0} MB (limit 5); gauges {string.Join(", ", gauges.Select(static gauge => $"{gauge.Key} {gauge.Value}"))}");
        Assert.InRange(growth, -5_000_000, 5_000_000);
        Assert.All(gauges, static gauge => Assert.Equal(0, gauge.Value));
    }

    private const int RoomsEach = 100;

    private static async Task JoinAndLeaveAsync(TestServer server, int from, int to)
    {
        var connections = server.Main.Connections;
        Assert.Equal(Clients, connections.Count);
        for (var next = from; next < to; next += Clients * RoomsEach)
        {
            var last = Math.Min(to, next + (Clients * RoomsEach));
            for (var i = next; i < last; i++)
            {
                await connections[i % Clients].JoinAsync($"room number {i}");
            }

            Assert.Equal(last - next, server.Main.RoomCount);
            for (var i = next; i < last; i++)
            {
                await connections[i % Clients].LeaveAsync($"room number {i}");
            }
        }
    }
}
