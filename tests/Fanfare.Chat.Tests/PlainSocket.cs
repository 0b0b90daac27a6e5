using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Fanfare.Chat.Tests;

/// <summary>A client of <c>/ws</c>: a bare WebSocket that sends and reads JSON frames.</summary>
internal sealed class PlainSocket : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ClientWebSocket _socket = new();
    private readonly Channel<JsonElement> _frames = Channel.CreateUnbounded<JsonElement>();
    private readonly TaskCompletionSource<int?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ChatServer _server;
    private Task _reading = Task.CompletedTask;
    private string _id = "";
    private int _nextRef;

    private PlainSocket(ChatServer server) => _server = server;

    /// <summary>The code with which the server closed.</summary>
    public Task<int?> Closed => _closed.Task.WaitAsync(Patience);

    /// <summary>The cursor of the last frame that carried one.</summary>
    public string? Cursor { get; private set; }

    /// <summary>Connects; nobody knows yet who it is.</summary>
    public static async Task<PlainSocket> OpenAsync(ChatServer server, string? bearer = null, string? origin = null)
    {
        await server.SettleAsync();
        var plain = new PlainSocket(server);
        if (bearer is not null)
        {
            plain._socket.Options.SetRequestHeader("Authorization", $"Bearer {bearer}");
        }

        if (origin is not null)
        {
            plain._socket.Options.SetRequestHeader("Origin", origin);
        }

        await plain._socket.ConnectAsync(new Uri($"ws://{server.Url.Authority}/ws"), TestContext.Current.CancellationToken);
        plain._reading = Task.Run(plain.ReadAsync);
        plain._id = (await plain.NextAsync("connected")).Text("clientId")!;
        return plain;
    }

    /// <summary>Connects as a user.</summary>
    public static async Task<PlainSocket> OpenAsync(ChatServer server, TestUser user)
    {
        var plain = await OpenAsync(server);
        await plain.SendAsync(new { type = "authenticate", token = user.AccessToken });
        Assert.Equal(user.Id, (await plain.NextAsync("authenticated")).Text("userId"));

        // Its first request is served when it is in; then others were told of it.
        await plain.HearsNothingAsync();
        await server.SettleAsync();
        return plain;
    }

    /// <summary>Connects and is in the room.</summary>
    public static async Task<PlainSocket> OpenInAsync(ChatServer server, TestUser user, string room)
    {
        var plain = await OpenAsync(server, user);
        await plain.SendAsync(new { type = "join", room });
        await plain.SkipToAsync("joined");
        await server.SettleAsync();
        return plain;
    }

    public Task SendAsync<T>(T frame) => SendTextAsync(JsonSerializer.Serialize(frame));

    public async Task SendTextAsync(string text) =>
        await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);

    /// <summary>Sends a request, its members as raw JSON, and returns the <c>data</c> of its ack; frames before it are kept in <paramref name="before"/>.</summary>
    public async Task<JsonElement> AskAsync(string type, string members, List<JsonElement>? before = null)
    {
        var reference = _nextRef++;
        await SendTextAsync($$"""{"type":"{{type}}","ref":{{reference}}{{(members.Length > 0 ? "," : "")}}{{members}}}""");
        while (true)
        {
            var frame = await NextAsync();
            if (frame.Text("type") == "ack" && frame.Number("ref") == reference)
            {
                return frame.GetProperty("data");
            }

            before?.Add(frame);
        }
    }

    public async Task<JsonElement> NextAsync() => await _frames.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>The next frame, which must have this type.</summary>
    public async Task<JsonElement> NextAsync(string type)
    {
        var frame = await NextAsync();
        Assert.Equal(type, frame.Text("type"));
        return frame;
    }

    /// <summary>The next frame of this type; those before it are dropped.</summary>
    public async Task<JsonElement> SkipToAsync(string type)
    {
        while (true)
        {
            if (await NextAsync() is var frame && frame.Text("type") == type)
            {
                return frame;
            }
        }
    }

    /// <summary>What was sent to it by now and is not read yet.</summary>
    public async Task<List<JsonElement>> DrainAsync()
    {
        await _server.SettleAsync();
        var frames = new List<JsonElement>();
        await MarkAsync(frames);
        return frames;
    }

    /// <summary>Nothing has come, and nothing is on its way.</summary>
    public async Task HearsNothingAsync() => Assert.Empty(await DrainAsync());

    /// <summary>The line breaks, and the server has noticed.</summary>
    public Task BreakAsync() => _server.EndAsync(connection => connection.Id == _id, () =>
    {
        _socket.Abort();
        return ValueTask.CompletedTask;
    });

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    // A request that is refused comes back behind everything that was sent before it. Its own event, the last refusal, is not kept.
    private async Task MarkAsync(List<JsonElement> before)
    {
        await AskAsync("typing_stop", "\"room\":\"marker\"", before);
        before.RemoveAt(before.FindLastIndex(frame => frame.Text("type") == "event" && frame.Text("event") == "error"));
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[8192];
        using var message = new MemoryStream();
        try
        {
            while (await _socket.ReceiveAsync(buffer, CancellationToken.None) is var part && part.MessageType != WebSocketMessageType.Close)
            {
                message.Write(buffer, 0, part.Count);
                if (part.EndOfMessage)
                {
                    var frame = JsonElement.Parse(message.ToArray());
                    Cursor = frame.TryGetProperty("cursor", out var cursor) ? cursor.GetString() : Cursor;
                    _frames.Writer.TryWrite(frame);
                    message.SetLength(0);
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The line is gone: that is all there is to say.
        }

        _closed.TrySetResult((int?)_socket.CloseStatus);
        _frames.Writer.TryComplete();
    }
}
