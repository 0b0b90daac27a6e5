using System.Globalization;
using System.Text.Json;

namespace Fanfare.SocketIO.Tests;

/// <summary>A Socket.IO client in one namespace, as thin as can be: the test sees each packet.</summary>
internal sealed class SocketClient : IAsyncDisposable
{
    private readonly string _prefix;
    private int _lastAckId = 100;

    private SocketClient(EngineLink link, string name)
    {
        Link = link;
        Namespace = name;
        _prefix = name == "/" ? "" : name + ",";
    }

    public EngineLink Link { get; }

    public string Namespace { get; }

    /// <summary>The id that the server gave.</summary>
    public string Id { get; private set; } = "";

    /// <summary>The session's secret, with recovery.</summary>
    public string? Pid { get; private set; }

    /// <summary>Events that came before the answer to CONNECT: missed ones.</summary>
    public List<string> Missed { get; } = [];

    public static async Task<SocketClient> ConnectAsync(
        TestServer server, string transport = EngineLink.WebSocket, string name = "/", string auth = "", string query = "")
    {
        var link = await EngineLink.OpenAsync(server, transport, query);
        return await EnterAsync(link, name, auth);
    }

    /// <summary>Enters a namespace on an open connection.</summary>
    public static async Task<SocketClient> EnterAsync(EngineLink link, string name = "/", string auth = "")
    {
        var client = new SocketClient(link, name);
        await link.SendAsync("40" + client._prefix + auth);
        while (true)
        {
            var packet = await link.NextAsync();
            Assert.NotNull(packet);
            if (packet.StartsWith("40" + client._prefix + "{", StringComparison.Ordinal))
            {
                using var answer = JsonDocument.Parse(packet[(2 + client._prefix.Length)..]);
                client.Id = answer.RootElement.GetProperty("sid").GetString()!;
                client.Pid = answer.RootElement.TryGetProperty("pid", out var pid) ? pid.GetString() : null;
                return client;
            }

            Assert.True(packet.StartsWith("42", StringComparison.Ordinal) || packet.StartsWith("45", StringComparison.Ordinal), packet);
            client.Missed.Add(packet);
        }
    }

    /// <summary>Sends an event: <c>["name",…]</c>.</summary>
    public Task EmitAsync(string json) => Link.SendAsync("42" + _prefix + json);

    /// <summary>Sends an event that wants an ack, and returns the ack's arguments. Nothing else may come meanwhile.</summary>
    public async Task<string> AskAsync(string json)
    {
        var id = (++_lastAckId).ToString(CultureInfo.InvariantCulture);
        await Link.SendAsync("42" + _prefix + id + json);
        var packet = await Link.NextAsync();
        Assert.StartsWith("43" + _prefix + id + "[", packet, StringComparison.Ordinal);
        return packet![(2 + _prefix.Length + id.Length)..];
    }

    /// <summary>The next packet; <see langword="null"/> at the end of the connection.</summary>
    public Task<string?> NextAsync() => Link.NextAsync();

    /// <summary>The next packet, which must be an event, as <c>["name",…]</c>.</summary>
    public async Task<string> NextEventAsync()
    {
        var packet = await Link.NextAsync();
        Assert.NotNull(packet);
        Assert.StartsWith("42" + _prefix + "[", packet, StringComparison.Ordinal);
        return packet[(2 + _prefix.Length)..];
    }

    /// <summary>Next event, without its offset.</summary>
    public async Task<(string Event, string Offset)> NextKeptAsync() => SplitOffset(await NextEventAsync());

    /// <summary>Parts an event of a namespace with recovery from the offset at its end.</summary>
    public static (string Event, string Offset) SplitOffset(string json)
    {
        json = json[json.IndexOf('[', StringComparison.Ordinal)..];
        var comma = json.LastIndexOf(',');
        return (json[..comma] + "]", json[(comma + 2)..^2]);
    }

    public Task BreakAsync() => Link.BreakAsync();

    public ValueTask DisposeAsync() => Link.DisposeAsync();
}
