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
    private Task _reading = Task.CompletedTask;
    private int _nextRef;

    /// <summary>The code with which the server closed.</summary>
    public Task<int?> Closed => _closed.Task.WaitAsync(Patience);

    /// <summary>The cursor of the last frame that carried one.</summary>
    public string? Cursor { get; private set; }

    /// <summary>Connects; nobody knows yet who it is.</summary>
    public static async Task<PlainSocket> OpenAsync(ChatServer server, string? bearer = null, string? origin = null)
    {
        var plain = new PlainSocket();
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
        await plain.NextAsync("connected");
        return plain;
    }

    /// <summary>Connects as a user.</summary>
    public static async Task<PlainSocket> OpenAsync(ChatServer server, TestUser user)
    {
        var plain = await OpenAsync(server);
        await plain.SendAsync(new { type = "authenticate", token = user.AccessToken });
        Assert.Equal(user.Id, (await plain.NextAsync("authenticated")).Text("userId"));
        return plain;
    }

    /// <summary>Connects and is in the room.</summary>
    public static async Task<PlainSocket> OpenInAsync(ChatServer server, TestUser user, string room)
    {
        var plain = await OpenAsync(server, user);
        await plain.SendAsync(new { type = "join", room });
        await plain.SkipToAsync("joined");
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

    /// <summary>What has come by now, up to a marker that the server sends behind it.</summary>
    public async Task<List<JsonElement>> DrainAsync()
    {
        var frames = new List<JsonElement>();
        await AskAsync("typing_stop", "\"room\":\"marker\"", frames);
        return [.. frames.Where(frame => frame.Text("type") != "event")];
    }

    public async Task HearsNothingAsync() => Assert.Empty(await DrainAsync());

    /// <summary>The line breaks.</summary>
    public void Break() => _socket.Abort();

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
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
