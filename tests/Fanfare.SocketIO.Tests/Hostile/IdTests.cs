using System.Buffers.Text;

namespace Fanfare.SocketIO.Tests.Hostile;

/// <summary>Ids cannot be guessed: no two are the same, and each of their bits is set as often as not.</summary>
[Collection(typeof(AloneCollection))]
public sealed class IdTests
{
    private const int Bytes = 15;

    [Fact]
    public void A_tenth_of_a_million_session_ids_and_socket_ids_show_no_pattern() => Check(100_000);

    [Fact]
    [Trait("Category", "Long")]
    public void A_million_session_ids_and_socket_ids_show_no_pattern() => Check(1_000_000);

    [Fact]
    public async Task Clients_get_such_ids()
    {
        await using var server = await TestServer.StartAsync(static options => options.Engine.MaxConnectionsPerAddress = 0);
        var ids = new HashSet<string>();
        for (var i = 0; i < 100; i++)
        {
            await using var client = await SocketClient.ConnectAsync(server, i % 2 == 0 ? EngineLink.WebSocket : EngineLink.Polling);
            Assert.All(new List<string> { client.Link.Sid, client.Id }, static id => Assert.Equal(Bytes, Base64Url.DecodeFromChars(id).Length));
            Assert.True(ids.Add(client.Link.Sid) && ids.Add(client.Id));
        }
    }

    private static void Check(int count)
    {
        var seen = new HashSet<UInt128>(2 * count);
        var (lowest, highest) = (1.0, 0.0);
        foreach (var make in new List<Func<string>> { EngineServer.NewSid, SocketIOConnection.NewId })
        {
            var set = new int[Bytes * 8];
            var id = new byte[Bytes];
            for (var i = 0; i < count; i++)
            {
                Assert.Equal(Bytes, Base64Url.DecodeFromChars(make(), id));
                UInt128 value = 0;
                for (var bit = 0; bit < set.Length; bit++)
                {
                    var isSet = (id[bit / 8] >> (bit % 8)) & 1;
                    set[bit] += isSet;
                    value = (value << 1) | (UInt128)isSet;
                }

                Assert.True(seen.Add(value), "The same id twice.");
            }

            lowest = Math.Min(lowest, (double)set.Min() / count);
            highest = Math.Max(highest, (double)set.Max() / count);
        }

        Figures.Write($"2 × {count:N0} ids: 0 collisions, bits set between {lowest:P3} and {highest:P3}");
        // Half a percent for a million is ten standard deviations; as many for a tenth.
        var allowed = 0.005 * Math.Sqrt(1_000_000.0 / count);
        Assert.InRange(lowest, 0.5 - allowed, 0.5);
        Assert.InRange(highest, 0.5, 0.5 + allowed);
    }
}
