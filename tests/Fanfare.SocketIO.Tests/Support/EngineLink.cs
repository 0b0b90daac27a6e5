namespace Fanfare.SocketIO.Tests;

/// <summary>An Engine.IO client that shows every packet. On both transports a packet is a text as in a polling payload: <c>4hello</c>, binary as <c>b</c> and base64.</summary>
internal abstract class EngineLink : IAsyncDisposable
{
    public const string Polling = "polling";
    public const string WebSocket = "websocket";

    public string Sid { get; protected set; } = "";

    /// <summary>The open packet, without its digit.</summary>
    public string Open { get; protected set; } = "";

    /// <summary>Whether pings are answered and not shown.</summary>
    public bool AnswersPings { get; set; } = true;

    public static async Task<EngineLink> OpenAsync(TestServer server, string transport, string query = "", string path = "/socket.io/") =>
        transport == WebSocket
            ? await WebSocketLink.OpenAsync(server, query, path)
            : await PollingLink.OpenAsync(server, query, path);

    public abstract Task SendAsync(params string[] packets);

    /// <summary>The next packet; <see langword="null"/> when the connection is over.</summary>
    public async Task<string?> NextAsync()
    {
        while (true)
        {
            var packet = await ReceiveAsync();
            if (packet == "2" && AnswersPings)
            {
                await SendAsync("3");
            }
            else if (packet != "6")
            {
                return packet == "1" ? null : packet;
            }
        }
    }

    /// <summary>Takes what still comes, until the end.</summary>
    public async Task<List<string>> RestAsync()
    {
        var rest = new List<string>();
        while (await NextAsync() is { } packet)
        {
            rest.Add(packet);
        }

        return rest;
    }

    /// <summary>Breaks the line without a word.</summary>
    public abstract Task BreakAsync();

    public abstract ValueTask DisposeAsync();

    protected abstract Task<string?> ReceiveAsync();
}
