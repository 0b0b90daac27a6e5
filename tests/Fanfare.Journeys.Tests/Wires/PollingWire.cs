using System.Text.Json;
using Fanfare.Testing;

namespace Fanfare.Journeys.Tests;

/// <summary>Socket.IO over long-polling: a poll waits all the time, and pings are answered.</summary>
internal sealed class PollingWire : Wire
{
    private const string Path = "/socket.io/?EIO=4&transport=polling";
    private const char Separator = '\u001E';

    private readonly HttpClient _http;
    private readonly CancellationTokenSource _cut = new();
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _session = "";
    private Task _reading = Task.CompletedTask;

    public PollingWire(Uri server, string user, Action<Heard> heard)
        : base(server, user, heard) => _http = new HttpClient(NewHandler()) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };

    public override async Task<bool?> EnterAsync(string room, string? since)
    {
        Assert.Null(since);
        var open = await _http.GetStringAsync(Path).Within(Timeouts.Default);
        _session = $"{Path}&sid={JsonElement.Parse(open[1..]).GetProperty("sid").GetString()}";
        _reading = ReadAsync();
        await PostAsync($"40/one,{JsonSerializer.Serialize(new { token = User })}{Separator}42/one,0{JsonSerializer.Serialize(new object?[] { "join", room, null })}");
        await _entered.Task.Within(Timeouts.Default);
        return null;
    }

    public override Task<string?> SayAsync(string room, Saying saying) => throw new NotSupportedException("This wire only listens.");

    public override async ValueTask DisposeAsync()
    {
        await _cut.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _cut.Dispose();
    }

    private async Task PostAsync(string packets)
    {
        using var content = new StringContent(packets);
        using var answer = await _http.PostAsync(_session, content, _cut.Token).Within(Timeouts.Default);
        answer.EnsureSuccessStatusCode();
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            foreach (var packet in (await _http.GetStringAsync(_session, _cut.Token)).Split(Separator))
            {
                await TakeAsync(packet);
            }
        }
    }

    private async Task TakeAsync(string packet)
    {
        if (packet == "2")
        {
            await PostAsync("3");
        }
        else if (packet.StartsWith("43/one,0", StringComparison.Ordinal))
        {
            _entered.TrySetResult();
        }
        else if (packet.StartsWith("42/one,[\"said\",", StringComparison.Ordinal))
        {
            var arguments = JsonElement.Parse(packet[7..]);
            Tell(new Heard(arguments[1].Deserialize<Saying>(JsonSerializerOptions.Web)!, arguments[2].GetString()));
        }
    }
}
