using System.Buffers;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;

namespace Fanfare.Benchmarks.WebSockets;

/// <summary>One client: a loop that receives, and a lock, since a WebSocket takes one send at a time.</summary>
internal sealed class Connection(WebSocket socket, ConcurrentDictionary<string, ConcurrentDictionary<Connection, bool>> rooms) : IDisposable
{
    private readonly SemaphoreSlim _sending = new(1);
    private readonly HashSet<string> _joined = [];

    public async Task RunAsync(CancellationToken aborted)
    {
        try
        {
            await SendAsync(Encode(new { type = "connected", clientId = Guid.NewGuid().ToString("N") }));
            var buffer = new byte[4096];
            var message = new ArrayBufferWriter<byte>();
            while (true)
            {
                var result = await socket.ReceiveAsync(buffer.AsMemory(), aborted);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, aborted);
                    return;
                }
                message.Write(buffer.AsSpan(0, result.Count));
                if (result.EndOfMessage)
                {
                    await OnMessageAsync(JsonSerializer.Deserialize<Request>(message.WrittenSpan, JsonSerializerOptions.Web)!);
                    message.ResetWrittenCount();
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The client is gone.
        }
        finally
        {
            foreach (string room in _joined)
            {
                rooms[room].TryRemove(this, out _);
            }
        }
    }

    public void Dispose() => _sending.Dispose();

    private static byte[] Encode<T>(T message) => JsonSerializer.SerializeToUtf8Bytes(message);

    private async Task OnMessageAsync(Request request)
    {
        switch (request)
        {
            case { Type: "join", Room: { } room }:
                rooms.GetOrAdd(room, _ => new()).TryAdd(this, true);
                _joined.Add(room);
                await SendAsync(Encode(new { type = "joined", room, @ref = request.Ref }));
                break;
            case { Type: "message", RoomId: { } roomId } when rooms.TryGetValue(roomId, out var members):
                byte[] frame = Encode(new { type = "message", roomId, content = request.Content });
                foreach (var (member, _) in members)
                {
                    await member.SendAsync(frame);
                }
                break;
            case { Type: "echo", Args: [var value, ..] }:
                await SendAsync(Encode(new { type = "ack", @ref = request.Ref, data = value }));
                break;
        }
    }

    private async Task SendAsync(byte[] frame)
    {
        await _sending.WaitAsync();
        try
        {
            await socket.SendAsync(frame.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // Its own loop notices that the member is gone.
        }
        finally
        {
            _sending.Release();
        }
    }
}
