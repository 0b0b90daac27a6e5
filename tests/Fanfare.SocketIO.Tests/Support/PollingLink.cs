using System.Net;
using System.Text;
using System.Text.Json;

namespace Fanfare.SocketIO.Tests;

/// <summary>Engine.IO over HTTP requests that the test makes one by one, or that reading makes by itself.</summary>
internal sealed class PollingLink : EngineLink
{
    private readonly TestServer _server;
    private readonly string _path;
    private readonly string _query;
    private readonly Queue<string> _received = new();
    private readonly CancellationTokenSource _broken = new();
    private bool _isOver;

    private PollingLink(TestServer server, string query, string path)
    {
        _server = server;
        _path = path;
        _query = query;
    }

    public static async Task<PollingLink> OpenAsync(TestServer server, string query = "", string path = "/socket.io/")
    {
        var link = new PollingLink(server, query, path);
        using var response = await server.Http.GetAsync(server.Url("EIO=4&transport=polling" + query, path)).InTime();
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode}: {body}");
        var packets = body.Split('\x1e');
        Assert.StartsWith("0{", packets[0], StringComparison.Ordinal);
        link.Open = packets[0][1..];
        using var open = JsonDocument.Parse(link.Open);
        link.Sid = open.RootElement.GetProperty("sid").GetString()!;
        foreach (var packet in packets[1..])
        {
            link._received.Enqueue(packet);
        }

        return link;
    }

    public string Url => _server.Url($"EIO=4&transport=polling{_query}&sid={Sid}", _path);

    /// <summary>One GET.</summary>
    public Task<(HttpStatusCode Status, string Body)> PollAsync() => GetAsync(_broken.Token);

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(CancellationToken cancellationToken)
    {
        using var response = await _server.Http.GetAsync(Url, cancellationToken).InTime();
        return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>Begins a GET and returns when the server has it.</summary>
    public Task<Task<(HttpStatusCode Status, string Body)>> BeginPollAsync() => BeginGetAsync(_broken);

    private async Task<Task<(HttpStatusCode Status, string Body)>> BeginGetAsync(CancellationTokenSource end)
    {
        var before = _server.PollsOf(Sid);
        var poll = GetAsync(end.Token);
        await _server.WhenPolled(Sid, before + 1);
        return poll;
    }

    /// <summary>One POST with this body, byte for byte.</summary>
    public async Task<(HttpStatusCode Status, string Body)> PostAsync(byte[] body, string contentType = "text/plain;charset=UTF-8")
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("content-type", contentType);
        using var response = await _server.Http.PostAsync(Url, content).InTime();
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public Task<(HttpStatusCode Status, string Body)> PostAsync(string body) => PostAsync(Encoding.UTF8.GetBytes(body));

    public override async Task SendAsync(params string[] packets)
    {
        var (status, body) = await PostAsync(string.Join('\x1e', packets));
        Assert.True(status == HttpStatusCode.OK, $"{status}: {body}");
        Assert.Equal("ok", body);
    }

    public override async Task BreakAsync()
    {
        // A poll that the client gives up tells the server that it is gone.
        using var polled = new CancellationTokenSource();
        var poll = await BeginGetAsync(polled);
        await polled.CancelAsync();
        await poll.ContinueWith(static _ => { }, TaskScheduler.Default);
        _isOver = true;
    }

    public override ValueTask DisposeAsync()
    {
        _broken.Cancel();
        _broken.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override async Task<string?> ReceiveAsync()
    {
        while (true)
        {
            if (_received.TryDequeue(out var packet))
            {
                return packet;
            }

            if (_isOver)
            {
                return null;
            }

            var (status, body) = await PollAsync();
            if (status != HttpStatusCode.OK)
            {
                _isOver = true;
                return null;
            }

            foreach (var next in body.Split('\x1e'))
            {
                _received.Enqueue(next);
            }
        }
    }
}
