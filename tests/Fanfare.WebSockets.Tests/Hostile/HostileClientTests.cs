using System.Text;

namespace Fanfare.WebSockets.Tests.Hostile;

/// <summary>A client that sends whatever it likes leaves the server as it was: hardening section 3, faults 8 and 10, rows T16, T18, T29.</summary>
public sealed class HostileClientTests
{
    private static readonly string[] Seeds =
    [
        """{"type":"authenticate","token":"u1","since":"x-1"}""", """{"type":"refresh","token":"u2"}""", """{"type":"join","room":"open","since":"x-1","ref":1}""",
        """{"type":"join","rooms":["open","open-2",5,null],"ref":{}}""", """{"type":"leave","room":"open","ref":[1]}""", """{"type":"message","room":"open","content":{"a":[1,2,{"b":null}]},"ref":"r"}""",
        """{"type":"ping","ref":1e400}""", """{"type":"ask","args":[1,"two",{"three":3}],"ref":3}""", """{"type":"ask","__proto__":{"polluted":1},"constructor":{"prototype":1}}""",
        """{"type":"connect"}""", """{"type":"error","code":"x"}""", """{"type":"user_joined","userId":"u1","room":"open"}""", "[]", "{}", "null", "\"\\ud800\"", "{\"type\":\"\\u0000\"}",
    ];

    [Fact]
    public Task Random_frames_leave_the_server_healthy() => AttackAsync(TimeSpan.FromSeconds(3));

    [Fact]
    [Trait("Category", "Long")]
    public Task Random_frames_for_minutes_leave_the_server_healthy() => AttackAsync(TimeSpan.FromMinutes(3));

    [Fact]
    public async Task Endless_small_fragments_are_cut_off()
    {
        await using var server = await TestServer.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            await using var client = await RawClient.ConnectAsync(server, "Authorization: Bearer u1");
            var flood = Task.Run(async () =>
            {
                try
                {
                    await client.SendAsync(RawClient.Frame(0x01, "{"u8));
                    for (var i = 0; i < 100; i++)
                    {
                        await client.SendAsync([.. Enumerable.Range(0, 100).SelectMany(static _ => RawClient.Frame(0x00, " "u8))]);
                    }
                }
                catch (Exception exception) when (exception is IOException or ObjectDisposedException)
                {
                    // Cut off.
                }
            });

            Assert.Equal(1009, await client.NextCloseCodeAsync());
            await client.DisposeAsync();
            await flood;
        }));
        Assert.Equal(10, server.Meters.Refused(FanfareMetrics.Limit.Fragments));
        await server.Meters.WhenAllAreGone();
        Assert.Empty(server.Faults);
    }

    [Theory]
    [InlineData(33)]
    [InlineData(1000)]
    [InlineData(30_000)]
    public async Task However_deep_it_nests_it_is_bad_json(int depth)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.EnterAsync(server);

        await client.SendAsync("{\"type\":\"x\",\"a\":" + new string('[', depth) + new string(']', depth) + "}");
        Assert.Equal("bad_json", await client.NextErrorAsync());
        var objects = depth / 6 + 33;
        await client.SendAsync("{\"type\":\"x\",\"a\":" + string.Concat(Enumerable.Repeat("{\"a\":", objects)) + "1" + new string('}', objects + 1));
        Assert.Equal("bad_json", await client.NextErrorAsync());

        await client.ExpectNothingAsync();
    }

    [Fact]
    public async Task How_deep_a_frame_may_nest_can_be_set()
    {
        await using var server = await TestServer.StartAsync(rooms: static options => options.MaxJsonDepth = 64);
        await using var other = await PlainClient.JoinAsync(server, "u2");
        await using var client = await PlainClient.JoinAsync(server);
        Assert.Equal("user_joined", (await other.NextJsonAsync()).GetProperty("type").GetString());

        await client.SendAsync($$"""{"type":"message","room":"open","content":{{Nested(64)}}}""");
        await client.SendAsync($$"""{"type":"message","room":"open","content":{{Nested(63)}}}""");

        Assert.Equal("bad_json", await client.NextErrorAsync());
        Assert.Contains($$""","content":{{Nested(63)}},""", await other.NextAsync(), StringComparison.Ordinal);

        static string Nested(int depth) => new string('[', depth) + new string(']', depth);
    }

    [Fact]
    public async Task A_flood_of_bad_frames_does_not_flood_the_log()
    {
        await using var server = await TestServer.StartAsync(rooms: static options =>
        {
            options.MaxProtocolErrors = 0;
            options.Rates.MaxMessagesPerSecond = options.Rates.MaxBytesPerSecond = 0;
        });
        await using var client = await PlainClient.EnterAsync(server);
        var start = DateTimeOffset.UtcNow;

        for (var i = 0; i < 20; i++)
        {
            for (var j = 0; j < 500; j++)
            {
                await client.SendAsync("{\"type\":\"\\n[forged]\\u001b\",nope");
            }

            for (var j = 0; j < 500; j++)
            {
                Assert.Equal("bad_json", await client.NextErrorAsync());
            }
        }

        var seconds = (DateTimeOffset.UtcNow - start).TotalSeconds;
        var lines = server.Logs.Lines.Where(static line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Information && line.EventName == "JsonRefused").ToList();
        Assert.InRange(lines.Count, 1, (int)seconds + 2);
        Assert.DoesNotContain(server.Logs.Lines, static line => line.Text.Contains("forged", StringComparison.Ordinal));
    }

    private static async Task AttackAsync(TimeSpan duration)
    {
        await using var server = await TestServer.StartAsync(
            static main => main.On("ask", static (Connection _, int a, string b) => Task.FromResult(a + b)),
            static options =>
            {
                options.MaxProtocolErrors = 1000;
                options.Rates.MaxMessagesPerSecond = options.Rates.MaxBytesPerSecond = 0;
            });
        await using var neighbour = await PlainClient.JoinAsync(server, "neighbour", "open-quiet");
        var until = DateTimeOffset.UtcNow + duration;
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var attacks = Task.WhenAll(Enumerable.Range(0, 4).Select(lane => Task.Run(async () =>
        {
            var random = new Random(seed + lane);
            while (DateTimeOffset.UtcNow < until)
            {
                await AttackOnceAsync(server, random);
            }
        })));

        // It is served all the while, and at least once after it.
        bool isOver;
        do
        {
            isOver = attacks.IsCompleted;
            Assert.Equal("""{"type":"ack","ref":1,"data":"1x"}""", await neighbour.AskAsync("""{"type":"ask","args":[1,"x"],"ref":1}"""));
        }
        while (!isOver);

        await attacks;
        await neighbour.CloseAsync();
        await server.Meters.WhenAllAreGone();
        Assert.Empty(server.Faults);
    }

    private static async Task AttackOnceAsync(TestServer server, Random random)
    {
        await using var client = await RawClient.ConnectAsync(server, random.Next(3) > 0 ? "Authorization: Bearer u1" : "X-Nothing: 1");
        var reading = Task.Run(async () =>
        {
            try
            {
                while (await client.NextAsync() is not null)
                {
                    // Whatever comes is well-formed, or the client would have said so.
                }
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
            }
        });
        try
        {
            for (var frames = random.Next(1, 60); frames > 0 && !reading.IsCompleted; frames--)
            {
                await client.SendAsync(Mutate(random));
            }
        }
        catch (IOException)
        {
            // Closed: its right.
        }

        await client.DisposeAsync();
        await reading;
    }

    private static byte[] Mutate(Random random)
    {
        var text = Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]);
        switch (random.Next(12))
        {
            case 0:
                text[random.Next(text.Length)] = (byte)random.Next(256);
                break;
            case 1:
                text = [.. text, .. Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)])];
                break;
            case 2:
                text = text[..random.Next(text.Length)];
                break;
            case 3:
                text = new byte[random.Next(300)];
                random.NextBytes(text);
                break;
            case 4:
                return RawClient.Frame((byte)random.Next(256), text.AsSpan(0, Math.Min(text.Length, 125)));
            case 5:
                return [.. RawClient.Frame(0x01, text), .. RawClient.Frame(0x80, [])];
        }

        return RawClient.Frame(0x81, text);
    }
}
