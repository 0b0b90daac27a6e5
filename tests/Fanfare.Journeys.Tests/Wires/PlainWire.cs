using System.Text.Json;

namespace Fanfare.Journeys.Tests;

internal sealed class PlainWire(Uri server, string user, Action<Heard> heard, string path = "/ws") : SocketWire(server, user, heard)
{
    /// <summary>Told the user that has left the room.</summary>
    public event Action<string>? UserLeft;

    public override async Task<bool?> EnterAsync(string room, string? since)
    {
        await OpenAsync(path);
        await AskAsync(n => JsonSerializer.Serialize(new { type = "authenticate", token = User, @ref = n }));
        var joined = await AskAsync(n => JsonSerializer.Serialize(new { type = "join", room, since, @ref = n }));
        return joined.TryGetProperty("recovered", out var recovered) ? recovered.GetBoolean() : null;
    }

    public override async Task<string?> SayAsync(string room, Saying saying)
    {
        var answer = await AskAsync(n => JsonSerializer.Serialize(
            new { type = "say", room, publisher = saying.Publisher, n = saying.N, text = saying.Text, @ref = n }));
        return answer.GetProperty("data").GetProperty("id").GetString();
    }

    protected override void Take(ReadOnlyMemory<byte> frame)
    {
        using var document = JsonDocument.Parse(frame);
        var root = document.RootElement;
        if (root.TryGetProperty("ref", out var reference))
        {
            Answer(reference.GetInt64(), root.Clone());
        }
        else if (root.GetProperty("type").GetString() == "said")
        {
            Tell(new Heard(root.Deserialize<Saying>(JsonSerializerOptions.Web)!, root.GetProperty("cursor").GetString()));
        }
        else if (root.GetProperty("type").GetString() == "user_left")
        {
            UserLeft?.Invoke(root.GetProperty("userId").GetString()!);
        }
    }
}
