using System.Text.Json;
using ConformanceHost.Values;
using Fanfare;

namespace ConformanceHost.Profiles;

/// <summary>What a control event goes to: <c>{via?, to?, except?, local?, volatile?, timeout?}</c>.</summary>
internal sealed class EmitSpec
{
    private readonly JsonElement _spec;

    public EmitSpec(JsonElement spec)
    {
        _spec = spec;
    }

    /// <summary>How long to wait for acks; without it none are asked for.</summary>
    public TimeSpan? Timeout =>
        Find("timeout") is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var milliseconds)
            ? TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, 600_000))
            : null;

    public BroadcastOperator Select(Connection connection, Namespace @namespace)
    {
        var chosen = Find("via") is { ValueKind: JsonValueKind.String } via && via.GetString() == "socket"
            ? connection.Broadcast
            : @namespace.Compress(true);
        foreach (var room in EventValues.Texts(Find("to")))
        {
            chosen = chosen.To(room);
        }

        foreach (var room in EventValues.Texts(Find("except")))
        {
            chosen = chosen.Except(room);
        }

        if (Find("local").ValueKind == JsonValueKind.True)
        {
            chosen = chosen.Local;
        }

        if (Find("volatile").ValueKind == JsonValueKind.True)
        {
            chosen = chosen.Volatile;
        }

        return Timeout is { } timeout ? chosen.Timeout(timeout) : chosen;
    }

    private JsonElement Find(string key) =>
        _spec.ValueKind == JsonValueKind.Object && _spec.TryGetProperty(key, out var value) ? value : default;
}
