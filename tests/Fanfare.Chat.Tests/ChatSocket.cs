using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Fanfare.Chat.Tests;

/// <summary>A small Socket.IO client over WebSocket, in <c>/chat</c>: sends text packets, sorts what comes into events and acks.</summary>
internal sealed class ChatSocket : IAsyncDisposable
{
    private const string Prefix = "/chat,";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ClientWebSocket _socket = new();
    private readonly Channel<ChatEvent> _events = Channel.CreateUnbounded<ChatEvent>();
    private readonly Dictionary<int, TaskCompletionSource<JsonElement>> _acks = [];
    private readonly TaskCompletionSource<JsonElement> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _disconnected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ChatServer _server;
    private int? _marker;
    private List<ChatEvent>? _beforeMarker;
    private Task _reading = Task.CompletedTask;
    private int _nextAck;

    private ChatSocket(ChatServer server) => _server = server;

    /// <summary>Ends when the server sent DISCONNECT or the connection is gone.</summary>
    public Task Disconnected => _disconnected.Task.WaitAsync(Patience);

    public bool IsDisconnected => _disconnected.Task.IsCompleted;

    /// <summary>The answer to CONNECT: <c>sid</c>, <c>pid</c>, or <c>message</c> when refused.</summary>
    public JsonElement Answer { get; private set; }

    public bool IsRefused => Answer.Has("message");

    /// <summary>The offset of the last event that carried one.</summary>
    public string? Offset { get; private set; }

    /// <summary>Connects as a user; a refusal is in <see cref="Answer"/>.</summary>
    public static Task<ChatSocket> OpenAsync(ChatServer server, TestUser user) => OpenWithAsync(server, $$"""{"token":"{{user.AccessToken}}"}""");

    public static async Task<ChatSocket> OpenWithAsync(ChatServer server, string auth)
    {
        // What came before is told without it, and others were told of its coming when it is there.
        await server.SettleAsync();
        var chat = new ChatSocket(server);
        await chat._socket.ConnectAsync(new Uri($"ws://{server.Url.Authority}/socket.io/?EIO=4&transport=websocket"), TestContext.Current.CancellationToken);
        chat._reading = Task.Run(chat.ReadAsync);
        await chat.SendTextAsync($"40{Prefix}{auth}");
        chat.Answer = await chat._connected.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        if (!chat.IsRefused)
        {
            await chat.MarkAsync();
            await server.SettleAsync();
        }

        return chat;
    }

    /// <summary>Connects and is in the room, as a member of it.</summary>
    public static async Task<ChatSocket> OpenInAsync(ChatServer server, TestUser user, string room)
    {
        var chat = await OpenAsync(server, user);
        Assert.True((await chat.AskAsync("join_room", room)).GetProperty("ok").GetBoolean());
        await chat.NextAsync("room_history");
        await server.SettleAsync();
        return chat;
    }

    /// <summary>Emits with an ack and returns the ack's only argument.</summary>
    public async Task<JsonElement> AskAsync(string @event, object? argument) => await await BeginAskAsync(@event, argument);

    /// <summary>Emits with an ack; the inner task is the ack.</summary>
    public Task<Task<JsonElement>> BeginAskAsync(string @event, object? argument) => BeginAskRawAsync(@event, JsonSerializer.Serialize(argument));

    /// <summary>Emits without an ack, the arguments as raw JSON.</summary>
    public Task EmitRawAsync(string @event, string arguments) => SendTextAsync($"42{Prefix}[\"{@event}\"{(arguments.Length > 0 ? "," : "")}{arguments}]");

    /// <summary>Emits with an ack, the arguments as raw JSON.</summary>
    public async Task<JsonElement> AskRawAsync(string @event, string arguments) => await await BeginAskRawAsync(@event, arguments);

    /// <summary>The next event, which must have this name.</summary>
    public async Task<JsonElement> NextAsync(string @event)
    {
        var next = await NextAsync();
        Assert.Equal(@event, next.Name);
        return next.Argument;
    }

    public async Task<ChatEvent> NextAsync() => await _events.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>Nothing has come, and nothing is on its way.</summary>
    public async Task HearsNothingAsync() => Assert.Empty(await DrainAsync());

    /// <summary>What was sent to it by now and is not read yet.</summary>
    public async Task<List<ChatEvent>> DrainAsync()
    {
        await _server.SettleAsync();
        await MarkAsync();
        var events = new List<ChatEvent>();
        while (_events.Reader.TryRead(out var next))
        {
            events.Add(next);
        }

        return events;
    }

    /// <summary>The line breaks, and the server has noticed: the session may be continued.</summary>
    public Task BreakAsync() => _server.EndAsync(connection => connection.Id == Answer.Text("sid"), () =>
    {
        _socket.Abort();
        return ValueTask.CompletedTask;
    });

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task<Task<JsonElement>> BeginAskRawAsync(string @event, string arguments, bool isMarker = false)
    {
        var ack = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        int id;
        lock (_acks)
        {
            _acks[id = _nextAck++] = ack;
            if (isMarker)
            {
                (_marker, _beforeMarker) = (id, []);
            }
        }

        await SendTextAsync($"42{Prefix}{id}[\"{@event}\"{(arguments.Length > 0 ? "," : "")}{arguments}]");
        return ack.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    // A request that is refused comes back behind everything that was sent before it. Its own event is not shown to the test.
    private async Task MarkAsync() => Assert.Equal("Access denied", (await await BeginAskRawAsync("leave_room", "\"marker\"", isMarker: true)).Text("error"));

    private async Task SendTextAsync(string text)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }
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
                    await TakeAsync(Encoding.UTF8.GetString(message.ToArray()));
                    message.SetLength(0);
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The line is gone: that is all there is to say.
        }

        _disconnected.TrySetResult();
        _events.Writer.TryComplete();
    }

    private async Task TakeAsync(string packet)
    {
        if (packet == "2")
        {
            await SendTextAsync("3");
            return;
        }

        if (packet.Length < 2 || packet[0] != '4')
        {
            return;
        }

        var body = packet[2..].StartsWith(Prefix, StringComparison.Ordinal) ? packet[(2 + Prefix.Length)..] : packet[2..];
        switch (packet[1])
        {
            case '0' or '4':
                _connected.TrySetResult(JsonElement.Parse(body));
                break;
            case '1':
                _disconnected.TrySetResult();
                break;
            case '2':
                var arguments = JsonElement.Parse(body);
                if (arguments.GetArrayLength() > 2)
                {
                    Offset = arguments[arguments.GetArrayLength() - 1].GetString();
                }

                Show(new ChatEvent(arguments[0].GetString()!, arguments[1]));
                break;
            case '3':
                var start = body.IndexOf('[', StringComparison.Ordinal);
                var ack = JsonElement.Parse(body[start..]);
                TakeAck(int.Parse(body[..start], System.Globalization.CultureInfo.InvariantCulture), ack.GetArrayLength() > 0 ? ack[0] : default);
                break;
        }
    }

    private void Show(ChatEvent heard)
    {
        lock (_acks)
        {
            if (_beforeMarker is { } held)
            {
                held.Add(heard);
            }
            else
            {
                _events.Writer.TryWrite(heard);
            }
        }
    }

    private void TakeAck(int id, JsonElement ack)
    {
        lock (_acks)
        {
            if (id == _marker)
            {
                // Requests are served in turn: the last refusal before this one's ack is its own.
                _beforeMarker!.RemoveAt(_beforeMarker.FindLastIndex(heard => heard.Name == "error"));
                _beforeMarker.ForEach(heard => _events.Writer.TryWrite(heard));
                (_marker, _beforeMarker) = (null, null);
            }

            _acks[id].TrySetResult(ack);
        }
    }
}
