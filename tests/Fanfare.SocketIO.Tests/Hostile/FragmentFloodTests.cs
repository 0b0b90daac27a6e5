namespace Fanfare.SocketIO.Tests.Hostile;

/// <summary>Messages in the smallest of fragments, on many connections at once, cost the server next to nothing.</summary>
[Collection(typeof(AloneCollection))]
public sealed class FragmentFloodTests
{
    private const int Connections = 50;
    private const int FragmentsEach = 1000;
    private const long MaxGrowth = 20_000_000;

    private readonly Recorder<int> _heard = new();

    [Fact]
    public Task A_tenth_of_a_million_fragments_of_one_byte_takes_hardly_any_memory() => FloodAsync(2);

    [Fact]
    [Trait("Category", "Long")]
    public Task A_million_fragments_of_one_byte_take_hardly_any_memory() => FloodAsync(20);

    private async Task FloodAsync(int messagesEach)
    {
        await using var server = await TestServer.StartAsync(setup: fanfare =>
            fanfare.Of("/").On("text", context => _heard.Add(context.Arguments.Get<string>(0)!.Length)));
        var message = RawWebSocket.InBytes($"42[\"text\",\"{new string('x', FragmentsEach - 12)}\"]");
        var all = Enumerable.Repeat(message, messagesEach).SelectMany(static bytes => bytes).ToArray();
        var connections = new List<RawWebSocket>();
        for (var i = 0; i < Connections; i++)
        {
            var connection = await RawWebSocket.OpenAsync(server);
            await connection.SendAsync(RawWebSocket.Frame("40"));
            await connection.ReadUntilAsync("sid");
            connections.Add(connection);
        }

        // What is done for the first time takes memory for good.
        await connections[0].SendAsync(message);
        await _heard.Next();

        var growth = await Figures.ResidentGrowthAsync(async () =>
        {
            await Task.WhenAll(connections.Select(connection => connection.SendAsync(all)));
            Assert.All(await _heard.Take(Connections * messagesEach), static length => Assert.Equal(FragmentsEach - 12, length));
        });

        Figures.Write($"{Connections * messagesEach * FragmentsEach:N0} fragments over {Connections} connections: resident memory +{growth / 1e6:F1} MB (limit 20), all {Connections * messagesEach} messages whole");
        Assert.InRange(growth, 0, MaxGrowth);
        Assert.Empty(server.Logs.Faults);
        connections.ForEach(static connection => connection.Dispose());
    }
}
