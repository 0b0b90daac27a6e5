using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Fanfare.Testing;
using Fanfare.Testing.Diagnostics;
using Fanfare.Testing.History;

namespace Fanfare.Journeys.Tests;

/// <summary>No position that a client shows over a WebSocket breaks anything, or shows it what it may not read: hardening row T27. Event streams have a test of their own.</summary>
public sealed class CursorTests
{
    private const string Mine = "open-mine";
    private const string Secret = "private-bob";

    [Fact]
    public Task A_thousand_cursors_out_of_thin_air_show_nothing_and_break_nothing() => RunAsync(1_000);

    [Fact]
    [Trait("Category", "Long")]
    public Task Ten_thousand_cursors_out_of_thin_air_show_nothing_and_break_nothing() => RunAsync(10_000);

    private static async Task RunAsync(int count)
    {
        await using var server = await JourneyServer.StartAsync();
        using var bob = await Line.OpenAsync(server, "/socket.io/?EIO=4&transport=websocket");
        var secretSession = await EnterAsync(bob, "bob", "");
        await server.One.Connections.Single().JoinAsync(Secret);
        for (var i = 0; i < 5; i++)
        {
            await server.One.To(Mine).EmitAsync("mine", i);
            await server.One.To(Secret).EmitAsync("secret", i);
        }

        var head = await server.One.To(User.RoomOf("bob")).EmitAsync("secret", 5);
        using var plain = await Line.OpenAsync(server, "/ws");
        await plain.AskAsync("""{"type":"authenticate","token":"ann"}""", "\"authenticated\"");
        using var socket = await Line.OpenAsync(server, "/socket.io/?EIO=4&transport=websocket");
        var random = new Random(27);
        var replays = 0;
        for (var i = 0; i < count; i++)
        {
            await AskPlainAsync(cursor => $$"""{"type":"join","room":"{{Mine}}","since":{{cursor}},"ref":{{i}}}""", "\"joined\"", shows: true);
            await plain.AskAsync($$"""{"type":"leave","room":"{{Mine}}"}""", "\"left\"");
            await AskPlainAsync(cursor => $$"""{"type":"join","room":"{{Secret}}","since":{{cursor}},"ref":{{i}}}""", "\"forbidden\"", shows: false);
            await AskPlainAsync(cursor => $$"""{"type":"authenticate","token":"ann","since":{{cursor}},"ref":{{i}}}""", "\"authenticated\"", shows: false);

            // The session of somebody else, and a position of one's own.
            var session = await EnterAsync(socket, "ann", $$""","pid":"{{secretSession}}","offset":{{Cursor().Json}}""");
            Assert.NotEqual(secretSession, session);
            var (cursor, json) = Cursor();
            Check(cursor, await socket.AskAsync($"42/one,0{JsonSerializer.Serialize(new[] { "join", Mine })[..^1]},{json}]", "43/one,0["), shows: true);
            await socket.SendAsync("41/one,");
        }

        Figures.Write($"{3 * count:N0} cursors on the plain wire and {2 * count:N0} on Socket.IO: all answered, {replays} of them positions there were, which showed what is everybody's; 0 events of other rooms, 0 warnings in the log");

        // Some are positions that there were, and show what is everybody's.
        Assert.InRange(replays, 1, 2 * count);
        Assert.Empty(server.Warnings);
        Assert.False(bob.IsOver);

        (string Text, string Json) Cursor()
        {
            var cursor = HostileCursors.Next(random, head!.Value);
            return (cursor, JsonSerializer.Serialize(cursor));
        }

        async Task AskPlainAsync(Func<string, string> request, string answer, bool shows)
        {
            var (cursor, json) = Cursor();
            Check(cursor, await plain.AskAsync(request(json), answer), shows);
        }

        void Check(string cursor, List<string> frames, bool shows)
        {
            const string Verdict = "\"recovered\":";
            Assert.DoesNotContain(frames, static frame => frame.Contains("secret", StringComparison.Ordinal));
            var (expected, isKnown) = Expected(cursor, head!.Value);
            var heard = frames.Where(static frame => frame.Contains("\"mine\"", StringComparison.Ordinal)).ToList();
            Assert.Equal(shows ? expected : 0, heard.Count);
            Assert.True(!frames[^1].Contains(Verdict, StringComparison.Ordinal) || frames[^1].Contains(isKnown ? Verdict + "true" : Verdict + "false", StringComparison.Ordinal), $"{cursor}: {frames[^1]}");
            replays += heard.Count > 0 ? 1 : 0;
        }
    }

    /// <summary>Enters the namespace and returns the session's secret.</summary>
    private static async Task<string> EnterAsync(Line line, string user, string more)
    {
        var answer = (await line.AskAsync($$"""40/one,{"token":"{{user}}"{{more}}}""", "40/one,{"))[^1];
        return JsonElement.Parse(answer[7..]).GetProperty("pid").GetString()!;
    }

    private static (int Heard, bool IsKnown) Expected(string cursor, EventId head) =>
        EventId.TryParse(cursor, out var id) && id.Epoch == head.Epoch && id.Sequence <= head.Sequence
            ? (Enumerable.Range(0, 5).Count(i => (2 * i) + 1 > id.Sequence), true)
            : (0, false);

    /// <summary>A bare WebSocket.</summary>
    private sealed class Line : IDisposable
    {
        private readonly ClientWebSocket _socket = new();
        private readonly byte[] _buffer = new byte[16 * 1024];

        public bool IsOver => _socket.State != WebSocketState.Open;

        public static async Task<Line> OpenAsync(JourneyServer server, string path)
        {
            var line = new Line();
            await line._socket.ConnectAsync(new UriBuilder(new Uri(server.Address, path)) { Scheme = "ws" }.Uri, CancellationToken.None).Within(Timeouts.Default);
            return line;
        }

        public Task SendAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).Within(Timeouts.Default);

        /// <summary>Sends a request and returns what comes, up to and with the first frame that contains this.</summary>
        public async Task<List<string>> AskAsync(string request, string answer)
        {
            await SendAsync(request);
            var frames = new List<string>();
            do
            {
                frames.Add(await NextAsync());
            }
            while (!frames[^1].Contains(answer, StringComparison.Ordinal));
            return frames;
        }

        public void Dispose() => _socket.Dispose();

        private async Task<string> NextAsync()
        {
            while (true)
            {
                var result = await _socket.ReceiveAsync(_buffer, CancellationToken.None).Within(Timeouts.Default);
                Assert.True(result is { MessageType: WebSocketMessageType.Text, EndOfMessage: true }, $"{_socket.CloseStatus} {_socket.CloseStatusDescription}");
                var text = Encoding.UTF8.GetString(_buffer, 0, result.Count);
                if (text != "2")
                {
                    return text;
                }

                await SendAsync("3");
            }
        }
    }
}
