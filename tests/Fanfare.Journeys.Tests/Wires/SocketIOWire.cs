using System.Text;
using System.Text.Json;
using Fanfare.Testing;

namespace Fanfare.Journeys.Tests;

internal sealed class SocketIOWire(Uri server, string user, Action<Heard> heard) : SocketWire(server, user, heard)
{
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async Task<bool?> EnterAsync(string room, string? since)
    {
        await OpenAsync("/socket.io/?EIO=4&transport=websocket");
        await SendAsync("40/one," + JsonSerializer.Serialize(new { token = User }));
        await _connected.Task.Within(Timeouts.Default);
        var answer = await AskAsync(n => $"42/one,{n}{JsonSerializer.Serialize(new object?[] { "join", room, since })}");
        return answer[0].TryGetProperty("recovered", out var recovered) && recovered.ValueKind != JsonValueKind.Null ? recovered.GetBoolean() : null;
    }

    public override async Task<string?> SayAsync(string room, Saying saying)
    {
        var answer = await AskAsync(n => $"42/one,{n}{JsonSerializer.Serialize(new object[] { "say", saying }, JsonSerializerOptions.Web)}");
        return answer[0].GetProperty("id").GetString();
    }

    protected override void Take(ReadOnlyMemory<byte> frame)
    {
        var text = Encoding.UTF8.GetString(frame.Span);
        if (text == "2")
        {
            _ = SendAsync("3");
        }
        else if (text.StartsWith("40/one,", StringComparison.Ordinal))
        {
            _connected.TrySetResult();
        }
        else if (text.StartsWith("43/one,", StringComparison.Ordinal))
        {
            var array = text.IndexOf('[', StringComparison.Ordinal);
            Answer(long.Parse(text[7..array], System.Globalization.CultureInfo.InvariantCulture), JsonElement.Parse(text[array..]));
        }
        else if (text.StartsWith("42/one,[\"said\",", StringComparison.Ordinal))
        {
            var arguments = JsonElement.Parse(text[7..]);
            Tell(new Heard(arguments[1].Deserialize<Saying>(JsonSerializerOptions.Web)!, arguments[2].GetString()));
        }
    }
}
