using System.Net;

namespace Fanfare.ServerSentEvents.Tests;

public sealed class CursorTests
{
    private const string Characters = "abcxyzABC0123456789-_ .:;,/\\\"'%+~!@#$^&*()[]{}<>|=?";

    [Fact]
    public Task A_thousand_cursors_out_of_thin_air_show_nothing_and_break_nothing() => RunAsync(1_000);

    [Fact]
    [Trait("Category", "Long")]
    public Task Ten_thousand_cursors_out_of_thin_air_show_nothing_and_break_nothing() => RunAsync(10_000);

    private static async Task RunAsync(int count)
    {
        await using var host = await StreamHost.StartAsync(
            static options => options.MaxConnectionsPerAddress = 0,
            static options => options.ConfigureNamespaces = static n => n.Limits.MaxConnectionsPerUser = int.MaxValue);
        var head = await host.Main.To("open-secret").EmitAsync("secret", 0);
        var random = new Random(27);
        using var http = EventReader.NewClient();
        for (var i = 0; i < count; i++)
        {
            var cursor = Cursor(random, head!.Value);
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Address, "/events/rooms/open-mine" + (i % 2 == 0 ? "" : $"?lastEventId={Uri.EscapeDataString(cursor)}")));
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer user:ann");
            if (i % 2 == 0)
            {
                request.Headers.TryAddWithoutValidation("Last-Event-ID", cursor);
            }

            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken).Within(Timeouts.Default);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var parser = new EventParser();
            var events = new List<StreamEvent>();
            var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            var buffer = new byte[1024];
            await host.Main.To("open-mine").Transient.EmitAsync("marker", i);
            while (events.LastOrDefault()?.Name != "marker")
            {
                var read = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask().Within(Timeouts.Default);
                Assert.NotEqual(0, read);
                events.AddRange(parser.Feed(buffer.AsSpan(0, read)));
            }

            Assert.Equal("connected", events[0].Name);
            Assert.All(events[1..^1], static found => Assert.Equal(("reset", """{"reason":"epoch"}"""), (found.Name, found.Data)));
            Assert.InRange(events.Count, 2, 3);
        }

        Assert.DoesNotContain(host.Logs.Lines, static line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    /// <summary>Nonsense, or something near to a real one.</summary>
    private static string Cursor(Random random, EventId head) => random.Next(6) switch
    {
        0 => $"{head.Epoch}-{random.NextInt64()}",
        1 => $"{head.Epoch}-",
        2 => $"{head.Epoch[..^1]}-{head.Sequence}",
        3 => $"{head.Epoch}-0{head.Sequence}-1",
        4 => new string('9', random.Next(1, 200)),
        _ => string.Concat(Enumerable.Range(0, random.Next(1, 80)).Select(_ => Characters[random.Next(Characters.Length)])).Trim() is { Length: > 0 } text ? text : "x",
    };
}
