using System.Net;
using System.Text;
using Fanfare.Testing.Diagnostics;
using Fanfare.Testing.History;

namespace Fanfare.ServerSentEvents.Tests;

/// <summary>No position that a client shows breaks anything, or shows it what it may not read: hardening row T27.</summary>
public sealed class CursorTests
{
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
        for (var i = 0; i < 5; i++)
        {
            await host.Main.To("open-mine").EmitAsync("mine", i);
            await host.Main.To("private-bob").EmitAsync("secret", i);
        }

        var head = await host.Main.To(User.RoomOf("bob")).EmitAsync("secret", 5);
        var random = new Random(27);
        var replays = 0;
        using var http = EventReader.NewClient();
        for (var i = 0; i < count; i++)
        {
            var cursor = HostileCursors.Next(random, head!.Value);
            var isHeader = random.Next(2) == 0 && cursor.All(static c => c is >= ' ' and <= '~') && cursor.Trim().Length > 0;
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Address, "/events/rooms/open-mine" + (isHeader ? "" : $"?lastEventId={Uri.EscapeDataString(cursor)}")));
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer user:ann");
            if (isHeader)
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
            Assert.Equal(Expected(cursor, head.Value), events[1..^1].Select(static found => $"{found.Name} {found.Data}"));
            replays += events.Count > 3 ? 1 : 0;
        }

        Figures.Write($"{count:N0} cursors on event streams: all answered 200, {replays} of them positions there were, which showed what is everybody's; 0 events of other rooms");

        // Some are positions that there were, and show what is everybody's.
        Assert.InRange(replays, 1, count);
        Assert.DoesNotContain(host.Logs.Lines, static line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    private static IEnumerable<string> Expected(string cursor, EventId head) =>
        Encoding.UTF8.GetByteCount(cursor) <= EventId.MaxLength && EventId.TryParse(cursor, out var id) && id.Epoch == head.Epoch && id.Sequence <= head.Sequence
            ? Enumerable.Range(0, 5).Where(i => (2 * i) + 1 > id.Sequence).Select(static i => $"mine {i}")
            : ["""reset {"reason":"epoch"}"""];
}
