using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Fanfare.Testing;

namespace Fanfare.Journeys.Tests;

/// <summary>An event stream for hearing, and publishing over HTTP for saying.</summary>
internal sealed class StreamWire : Wire
{
    private readonly HttpClient _http;
    private readonly TaskCompletionSource<bool> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cut = new();
    private HttpResponseMessage? _response;
    private Task _reading = Task.CompletedTask;

    public StreamWire(Uri server, string user, Action<Heard> heard)
        : base(server, user, heard)
    {
        _http = new HttpClient(NewHandler()) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", user);
    }

    public override async Task<bool?> EnterAsync(string room, string? since)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/events/rooms/{Uri.EscapeDataString(room)}");
        if (since is not null)
        {
            request.Headers.Add("Last-Event-ID", since);
        }

        _response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).Within(Timeouts.Default);
        _response.EnsureSuccessStatusCode();
        _reading = ReadAsync(_response, isResumed: since is not null);
        var isWhole = await _opened.Task.Within(Timeouts.Default);
        return since is null ? null : isWhole;
    }

    public override async Task<string?> SayAsync(string room, Saying saying)
    {
        var response = await _http.PostAsJsonAsync("/publish", new { rooms = new[] { room }, @event = "said", data = saying }).Within(Timeouts.Default);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("cursor").GetString();
    }

    public override async ValueTask DisposeAsync()
    {
        // The read first: a response that is disposed of under it corrupts the client's shared buffers.
        await _cut.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _response?.Dispose();
        _http.Dispose();
        _cut.Dispose();
    }

    private async Task ReadAsync(HttpResponseMessage response, bool isResumed)
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        string? type = null, id = null;
        var data = new List<string>();
        while (await reader.ReadLineAsync(_cut.Token) is { } line)
        {
            if (line.Length == 0)
            {
                Dispatch(type, string.Join('\n', data), id, isResumed);
                (type, id) = (null, null);
                data.Clear();
            }
            else if (line[0] != ':')
            {
                var (field, value) = line.Split(": ", 2) is [var name, var rest] ? (name, rest) : (line.TrimEnd(':'), "");
                switch (field)
                {
                    case "event":
                        type = value;
                        break;
                    case "id":
                        id = value;
                        break;
                    case "data":
                        data.Add(value);
                        break;
                }
            }
        }
    }

    private void Dispatch(string? type, string data, string? id, bool isResumed)
    {
        switch (type)
        {
            case "connected":
                // What was missed follows: whether something is gone is known only when it comes, and then at once.
                _opened.TrySetResult(true);
                break;
            case "reset":
                throw new InvalidOperationException($"Nothing was to be lost here{(isResumed ? "" : ", least of all on a fresh stream")}: {data}");
            case "said":
                Tell(new Heard(JsonSerializer.Deserialize<Saying>(data, JsonSerializerOptions.Web)!, id));
                break;
        }
    }
}
