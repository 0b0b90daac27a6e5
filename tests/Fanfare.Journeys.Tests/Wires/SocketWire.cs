using System.Buffers;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Fanfare.Testing;

namespace Fanfare.Journeys.Tests;

/// <summary>What both wires over WebSocket share: a socket, a loop that reads it, answers by number.</summary>
internal abstract class SocketWire(Uri server, string user, Action<Heard> heard) : Wire(server, user, heard)
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> _answers = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly ClientWebSocket _socket = new();
    private HttpMessageInvoker? _connector;
    private Task _reading = Task.CompletedTask;
    private long _number;

    public override async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _connector?.Dispose();
    }

    protected async Task OpenAsync(string path)
    {
        var address = new UriBuilder(new Uri(Server, path)) { Scheme = "ws" }.Uri;
        _connector = new HttpMessageInvoker(NewHandler());

        // Of itself it says nothing: one that has fallen silent must not go on with pongs that nobody asked for.
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await _socket.ConnectAsync(address, _connector, CancellationToken.None).Within(Timeouts.Default);
        _reading = ReadAsync();
    }

    protected async Task SendAsync(string text)
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

    /// <summary>Sends a request that is answered under a number.</summary>
    protected async Task<JsonElement> AskAsync(Func<long, string> request)
    {
        var number = Interlocked.Increment(ref _number);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answers[number] = answer;
        await SendAsync(request(number));
        return await answer.Task.Within(Timeouts.Default);
    }

    protected void Answer(long number, JsonElement answer)
    {
        if (_answers.TryRemove(number, out var waiting))
        {
            waiting.TrySetResult(answer);
        }
    }

    /// <summary>Takes a frame; called by the reading loop.</summary>
    protected abstract void Take(ReadOnlyMemory<byte> frame);

    private async Task ReadAsync()
    {
        var gathered = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                var result = await _socket.ReceiveAsync(gathered.GetMemory(16 * 1024), CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    throw new WebSocketException($"closed: {_socket.CloseStatus} {_socket.CloseStatusDescription}");
                }

                gathered.Advance(result.Count);
                if (result.EndOfMessage)
                {
                    Take(gathered.WrittenMemory);
                    gathered.ResetWrittenCount();
                }
            }
        }
        catch (Exception exception)
        {
            foreach (var (_, waiting) in _answers)
            {
                waiting.TrySetException(exception);
            }
        }
    }
}
