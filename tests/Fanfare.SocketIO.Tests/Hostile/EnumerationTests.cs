namespace Fanfare.SocketIO.Tests.Hostile;

/// <summary>What is forbidden looks like what is not there: by its answer, and by the time that the answer takes.</summary>
[Collection(typeof(AloneCollection))]
public sealed class EnumerationTests
{
    private const string Refused = "[{\"error\":\"Access denied\"}]";

    [Theory]
    [InlineData(200)]
    public Task Forbidden_and_absent_have_one_answer(int pairs) => CompareAsync(pairs, compareTimes: false);

    [Theory]
    [InlineData(10_000)]
    [Trait("Category", "Long")]
    public Task Forbidden_and_absent_take_the_same_time(int pairs) => CompareAsync(pairs, compareTimes: true);

    private static async Task CompareAsync(int pairs, bool compareTimes)
    {
        await using var server = await StartAsync();
        await using var insider = await SocketClient.ConnectAsync(server);
        await server.Main.Connections[0].JoinAsync("secret-room");
        await using var client = await SocketClient.ConnectAsync(server);
        var namespaces = await PairedTimes.MeasureAsync(pairs, async isThere =>
        {
            var name = isThere ? "/secret-team" : "/nowhere-team";
            await client.Link.SendAsync($"40{name},");
            Assert.Equal($"44{name},{{\"message\":\"Invalid namespace\"}}", await client.NextAsync());
        });
        var rooms = await PairedTimes.MeasureAsync(pairs, async isThere => Assert.Equal(Refused, await client.AskAsync($"[\"join\",\"{(isThere ? "secret-room" : "absent-room")}\"]")));
        namespaces.Check("namespace", compareTimes);
        rooms.Check("room", compareTimes);
        Assert.Equal(1, server.Main.RoomCount);
    }

    /// <summary>A namespace that would be made for others, and rooms, one of them with a member, that are for others.</summary>
    private static Task<TestServer> StartAsync()
    {
        static ValueTask<bool> MayEnter(User user, string room) => ValueTask.FromResult(!room.StartsWith("secret", StringComparison.Ordinal) && !room.StartsWith("absent", StringComparison.Ordinal));
        return TestServer.StartAsync(
            static options =>
            {
                options.Engine.MaxMessagesPerSecond = 0;
                options.Engine.MaxBytesPerSecond = 0;
            },
            setup: static fanfare =>
            {
                fanfare.OfMatching(static (name, handshake) => ValueTask.FromResult(name.StartsWith("/secret", StringComparison.Ordinal) && handshake.AuthText("key") == "yes"));
                var main = fanfare.Of("/");
                main.AuthorizeRooms(MayEnter);
                main.On("join", static async (Connection connection, string room) =>
                {
                    if (!await MayEnter(connection.User, room))
                    {
                        return new Dictionary<string, string> { ["error"] = "Access denied" };
                    }

                    await connection.JoinAsync(room);
                    return [];
                });
            });
    }
}
