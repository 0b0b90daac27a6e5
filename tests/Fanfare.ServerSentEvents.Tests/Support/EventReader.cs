using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;

namespace Fanfare.ServerSentEvents.Tests;

/// <summary>A client of an event stream on a connection of its own.</summary>
internal sealed class EventReader : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly EventParser _parser = new();
    private readonly Queue<StreamEvent> _events = new();
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Stream? _stream;

    private EventReader(HttpClient http, HttpResponseMessage response)
    {
        _http = http;
        Response = response;
    }

    public HttpResponseMessage Response { get; }

    public HttpStatusCode Status => Response.StatusCode;

    public string LastEventId => _parser.LastEventId;

    public long? Retry => _parser.Retry;

    public int Comments => _parser.Comments;

    public static async Task<EventReader> OpenAsync(Uri uri, string? token, string? since, Version? version = null, Action<HttpRequestMessage>? edit = null)
    {
        var http = NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, uri) { Version = version ?? HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (since is not null)
        {
            request.Headers.Add("Last-Event-ID", since);
        }

        edit?.Invoke(request);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken).Within(Timeouts.Default);
        return new EventReader(http, response);
    }

    /// <summary>A client that takes any certificate and has connections of its own.</summary>
    public static HttpClient NewClient() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ResponseDrainTimeout = TimeSpan.Zero,
#pragma warning disable CA5359 // The server's certificate was made by this test.
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
#pragma warning restore CA5359
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public async Task<StreamEvent> NextAsync() =>
        await TryNextAsync() ?? throw new EndOfStreamException("The stream has ended.");

    /// <summary>The next event, or <see langword="null"/> when the stream has ended.</summary>
    public async Task<StreamEvent?> TryNextAsync()
    {
        StreamEvent? next;
        while (!_events.TryDequeue(out next))
        {
            if (!await TryReadAsync())
            {
                return null;
            }
        }

        return next;
    }

    public async Task<List<StreamEvent>> TakeAsync(int count)
    {
        var events = new List<StreamEvent>(count);
        while (events.Count < count)
        {
            events.Add(await NextAsync());
        }

        return events;
    }

    /// <summary>Reads until so many comments have come.</summary>
    public async Task WhenCommentsAsync(int count)
    {
        while (_parser.Comments < count)
        {
            Assert.True(await TryReadAsync(), "The stream has ended.");
        }
    }

    /// <summary>Reads until the stream ends; true when it ended as HTTP says, false when the connection broke.</summary>
    public async Task<bool> WhenEndedAsync()
    {
        try
        {
            while (await TryReadAsync())
            {
            }

            return true;
        }
        catch (Exception exception) when (exception is HttpIOException or IOException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync()
    {
        Response.Dispose();
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> TryReadAsync()
    {
        _stream ??= await Response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var read = await _stream.ReadAsync(_buffer, TestContext.Current.CancellationToken).AsTask().Within(Timeouts.Default);
        foreach (var found in _parser.Feed(_buffer.AsSpan(0, read)))
        {
            _events.Enqueue(found);
        }

        return read > 0;
    }
}
