using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Fanfare.Json;

namespace Fanfare.SocketIO.Protocol;

/// <summary>What the server tells in its first packet. Immutable; safe to share.</summary>
/// <remarks>Engine.IO v4, "Handshake".</remarks>
public sealed class EngineHandshake
{
    /// <summary>The session id, a secret.</summary>
    public required string Sid { get; init; }

    /// <summary>Transports that the client may move to; by default none.</summary>
    public IReadOnlyList<string> Upgrades { get; init; } = [];

    /// <summary>How long the server waits between pings; by default 25 s. Whole milliseconds go over the wire.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>How long a ping may stay unanswered; by default 20 s. Whole milliseconds go over the wire.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Bytes that a message or polling body may have; by default 1,000,000.</summary>
    public long MaxPayloadBytes { get; init; } = 1_000_000;

    /// <summary>Reads what follows the type digit of an open packet; false when it is not a handshake.</summary>
    /// <param name="data">The JSON object; keys that are not known are passed over.</param>
    /// <param name="handshake">The handshake.</param>
    public static bool TryParse(ReadOnlySpan<byte> data, [NotNullWhen(true)] out EngineHandshake? handshake)
    {
        handshake = null;
        if (JsonGuard.Check(data) != JsonFault.None)
        {
            return false;
        }

        using var document = JsonDocument.Parse(data.ToArray());
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("sid", out var sid) || sid.ValueKind != JsonValueKind.String
            || !TryGetUpgrades(root, out var upgrades)
            || !TryGetMilliseconds(root, "pingInterval", out var pingInterval)
            || !TryGetMilliseconds(root, "pingTimeout", out var pingTimeout))
        {
            return false;
        }

        // Servers older than Engine.IO 6.2 do not announce a maximum.
        var hasMaximum = root.TryGetProperty("maxPayload", out var maximum) && maximum.ValueKind == JsonValueKind.Number;
        handshake = new EngineHandshake
        {
            Sid = sid.GetString()!,
            Upgrades = upgrades,
            PingInterval = pingInterval,
            PingTimeout = pingTimeout,
            MaxPayloadBytes = hasMaximum && maximum.TryGetInt64(out var bytes) && bytes > 0 ? bytes : long.MaxValue,
        };
        return true;
    }

    /// <summary>Writes the whole open packet, type digit included.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("0{\"sid\":"u8);
        WireJson.WriteString(output, Sid);
        output.Write(",\"upgrades\":["u8);
        for (var i = 0; i < Upgrades.Count; i++)
        {
            if (i > 0)
            {
                output.Write(","u8);
            }

            WireJson.WriteString(output, Upgrades[i]);
        }

        output.Write("],\"pingInterval\":"u8);
        WriteNumber(output, (long)PingInterval.TotalMilliseconds);
        output.Write(",\"pingTimeout\":"u8);
        WriteNumber(output, (long)PingTimeout.TotalMilliseconds);
        output.Write(",\"maxPayload\":"u8);
        WriteNumber(output, MaxPayloadBytes);
        output.Write("}"u8);
    }

    private static void WriteNumber(IBufferWriter<byte> output, long number)
    {
        number.TryFormat(output.GetSpan(20), out var written, provider: CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    private static bool TryGetUpgrades(JsonElement root, out string[] upgrades)
    {
        upgrades = [];
        if (!root.TryGetProperty("upgrades", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        upgrades = new string[list.GetArrayLength()];
        for (var i = 0; i < upgrades.Length; i++)
        {
            if (list[i].ValueKind != JsonValueKind.String)
            {
                return false;
            }

            upgrades[i] = list[i].GetString()!;
        }

        return true;
    }

    private static bool TryGetMilliseconds(JsonElement root, string name, out TimeSpan duration)
    {
        duration = default;
        if (!root.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.Number
            || !value.TryGetInt32(out var milliseconds) || milliseconds < 0)
        {
            return false;
        }

        duration = TimeSpan.FromMilliseconds(milliseconds);
        return true;
    }
}
