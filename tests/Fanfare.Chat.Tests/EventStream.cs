using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Channels;

namespace Fanfare.Chat.Tests;

/// <summary>A reader of <c>/events…</c>.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly Channel<ChatEvent> _events = Channel.CreateUnbounded<ChatEvent>();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private Task _reading = Task.CompletedTask;
    private bool _isDisposed;

    private EventStream(HttpClient http) => _http = http;

    public HttpStatusCode Status { get; private set; }

    public HttpResponseHeaders? Headers { get; private set; }

    /// <summary>The id of the last event that had one.</summary>
    public string? LastId { get; private set; }

    /// <summary>Ends when the server has ended the stream.</summary>
    public Task Ended => _ended.Task.WaitAsync(Patience);

    /// <summary>Opens a stream by the user's token; a refusal is in <see cref="Status"/>.</summary>
    public static Task<EventStream> OpenAsync(ChatServer server, TestUser user, string path, string? since = null) => OpenAsync(server, path, request =>
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        if (since is not null)
        {
            request.Headers.Add("Last-Event-ID", since);
        }
    });

    public static async Task<EventStream> OpenAsync(ChatServer server, string path, Action<HttpRequestMessage> prepare)
    {
        // What came before is told without it, and others were told of its coming when it is there.
        await server.SettleAsync();
        var stream = new EventStream(new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = server.Url, Timeout = Timeout.InfiniteTimeSpan });
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        prepare(request);
        var answer = await stream._http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken).WaitAsync(Patience);
        (stream.Status, stream.Headers) = (answer.StatusCode, answer.Headers);
        if (answer.IsSuccessStatusCode)
        {
            Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
            stream._reading = Task.Run(() => stream.ReadAsync(answer));
            await stream.NextAsync("connected");
            await server.SettleAsync();
        }

        return stream;
    }

    public async Task<ChatEvent> NextAsync() => await _events.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>The next event, which must have this name.</summary>
    public async Task<JsonElement> NextAsync(string @event)
    {
        var next = await NextAsync();
        Assert.Equal(@event, next.Name);
        return next.Argument;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _closing.CancelAsync();
        await _reading;
        _closing.Dispose();
        _http.Dispose();
    }

    private async Task ReadAsync(HttpResponseMessage answer)
    {
        try
        {
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(_closing.Token));
            var (name, data) = ("message", "");
            while (await reader.ReadLineAsync(_closing.Token) is { } line)
            {
                if (line.Length == 0)
                {
                    if (data.Length > 0)
                    {
                        _events.Writer.TryWrite(new ChatEvent(name, JsonElement.Parse(data)));
                    }

                    (name, data) = ("message", "");
                }
                else if (line.StartsWith("event: ", StringComparison.Ordinal))
                {
                    name = line[7..];
                }
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    data += line[6..];
                }
                else if (line.StartsWith("id: ", StringComparison.Ordinal))
                {
                    LastId = line[4..];
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The line is gone: that is all there is to say.
        }

        answer.Dispose();
        _ended.TrySetResult();
        _events.Writer.TryComplete();
    }
}
