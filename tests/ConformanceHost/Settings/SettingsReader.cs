using System.Globalization;
using Fanfare.AspNetCore;

namespace ConformanceHost.Settings;

/// <summary>Reads the settings of the table in the host's contract: unknown keys, unreadable values and what is not built yet end the host.</summary>
internal sealed class SettingsReader(IConfiguration configuration)
{
    public static readonly IReadOnlySet<string> Keys = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "Profile", "PingInterval", "PingTimeout", "MaxPayload", "UpgradeTimeout", "ConnectTimeout", "Transports", "AllowUpgrades",
        "HandshakeDelay", "CorsOrigin", "Cookie", "ExtraHeaders", "RecoveryMs", "RecoverySkipMiddlewares", "Adapter", "Redis",
        "ChannelPrefix", "StreamName", "SubscriptionMode", "SpecificResponseChannel", "ServerId", "AdminUi", "AdminAuth", "AdminMode",
        "AdminReadonly", "WsDeflate", "WsMaxMessage", "SseKeepAlive", "SseRetry", "SseHistory", "HistoryCount", "HistoryMs",
        "OutboxBytes", "StreamCount", "H2Port", "Parser",
    };

    public HostSettings Read()
    {
        CheckWhatIsNotBuiltYet();
        var transports = Choices("Transports", "polling,websocket", ["polling", "websocket"]);
        return new HostSettings
        {
            Urls = [.. List("urls", "http://127.0.0.1:5000", ';').Select(ReadUrl)],
            Profile = ReadProfile(),
            PingInterval = Milliseconds("PingInterval", 25000, minimum: 1),
            PingTimeout = Milliseconds("PingTimeout", 20000, minimum: 1),
            MaxPayloadBytes = Number("MaxPayload", 1_000_000, minimum: 1),
            UpgradeTimeout = Milliseconds("UpgradeTimeout", 10000, minimum: 1),
            ConnectTimeout = Milliseconds("ConnectTimeout", 45000, minimum: 1),
            Polling = transports.Contains("polling"),
            WebSocket = transports.Contains("websocket"),
            AllowUpgrades = Boolean("AllowUpgrades", true),
            HandshakeDelay = Milliseconds("HandshakeDelay", 0),
            CorsOrigins = Origins("CorsOrigin"),
            Cookie = CookieName("Cookie"),
            ExtraHeaders = Boolean("ExtraHeaders", false),
            Recovery = Text("RecoveryMs") is null ? null : Milliseconds("RecoveryMs", 0),
            RecoverySkipMiddlewares = Boolean("RecoverySkipMiddlewares", true),
            ServerId = Text("ServerId") ?? "host-1",
            WsMaxMessageBytes = Number("WsMaxMessage", 16_777_216, minimum: 1),
            SseKeepAlive = TimeSpan.FromMilliseconds(Math.Max(100, Number("SseKeepAlive", 15000, minimum: 1))), // the shortest that the product has
            SseRetry = Text("SseRetry") is null ? null : Milliseconds("SseRetry", 0),
            SseHistory = Number("SseHistory", 100),
            HistoryCount = Number("HistoryCount", 1000),
            HistoryAge = Milliseconds("HistoryMs", 300000),
            OutboxBytes = Number("OutboxBytes", 1048576, minimum: 1),
            H2Port = Text("H2Port") is null ? null : Number("H2Port", 0, minimum: 1, maximum: 65535),
        };
    }

    private static Uri ReadUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp && url.IsLoopback
            ? url
            : throw new SettingsException($"urls is \"{text}\"; it must be a loopback address such as http://127.0.0.1:5000.");

    /// <summary>Keys of issues to come: their defaults are fine, and values that would change nothing; what would need them is not.</summary>
    private void CheckWhatIsNotBuiltYet()
    {
        Only("Adapter", "memory", ["memory", "classic", "sharded", "streams"]);
        Only("Parser", "json", ["json", "msgpack"]);
        Only("SubscriptionMode", "dynamic", ["static", "dynamic", "dynamic-private"]);
        Only("AdminAuth", "basic", ["basic", "none"]);
        Only("AdminMode", "development", ["development", "production"]);
        foreach (var key in (string[])["SpecificResponseChannel", "AdminUi", "AdminReadonly", "WsDeflate"])
        {
            if (Boolean(key, false))
            {
                throw NotBuilt(key, "true");
            }
        }

        foreach (var key in (string[])["Redis", "ChannelPrefix", "StreamName"])
        {
            if (Text(key) is { } value)
            {
                throw NotBuilt(key, value);
            }
        }

        if (Number("StreamCount", 1) != 1)
        {
            throw NotBuilt("StreamCount", Text("StreamCount")!);
        }
    }

    private void Only(string key, string built, string[] allowed)
    {
        var value = Choice(key, built, allowed);
        if (value != built)
        {
            throw NotBuilt(key, value);
        }
    }

    private Profile ReadProfile() =>
        Choice("Profile", "blackbox", ["engine", "engine-client", "protocol", "client", "blackbox", "bench"]) switch
        {
            "engine" => Profile.Engine,
            "engine-client" => Profile.EngineClient,
            "protocol" => Profile.Protocol,
            "client" => Profile.Client,
            "bench" => Profile.Bench,
            _ => Profile.Blackbox,
        };

    private string? Text(string key) => configuration[key] is { Length: > 0 } value ? value : null;

    private string[] List(string key, string @default, char separator) =>
        (Text(key) ?? @default).Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private string[] Origins(string key)
    {
        var origins = List(key, "", ',');
        return origins.All(OriginPolicy.IsOrigin) ? origins : throw Unreadable(key, Text(key)!, "a comma list of scheme://host[:port]");
    }

    private string? CookieName(string key) =>
        Text(key) is not { } name ? null
        : name.All(static c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c)) ? name
        : throw Unreadable(key, name, "a name that a cookie can have");

    private bool Boolean(string key, bool @default) =>
        Text(key) is not { } value ? @default
        : bool.TryParse(value, out var parsed) ? parsed
        : throw Unreadable(key, value, "true or false");

    private TimeSpan Milliseconds(string key, int @default, int minimum = 0) => TimeSpan.FromMilliseconds(Number(key, @default, minimum));

    private int Number(string key, int @default, int minimum = 0, int maximum = int.MaxValue) =>
        Text(key) is not { } value ? @default
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) && parsed >= minimum && parsed <= maximum ? parsed
        : throw Unreadable(key, value, $"a whole number from {minimum} on");

    private string Choice(string key, string @default, string[] allowed)
    {
        var value = Text(key) ?? @default;
        return allowed.FirstOrDefault(choice => choice.Equals(value, StringComparison.OrdinalIgnoreCase))
            ?? throw Unreadable(key, value, string.Join(", ", allowed));
    }

    private List<string> Choices(string key, string @default, string[] allowed)
    {
        var values = List(key, @default, ',');
        return values.Length > 0 && values.All(value => allowed.Contains(value, StringComparer.OrdinalIgnoreCase))
            ? [.. values.Select(value => value.ToLowerInvariant())]
            : throw Unreadable(key, Text(key) ?? "", $"a comma list of {string.Join(", ", allowed)}");
    }

    private static SettingsException Unreadable(string key, string value, string allowed) => new($"{key} is \"{value}\"; allowed: {allowed}.");

    private static SettingsException NotBuilt(string key, string value) => new($"{key} {value} is not built yet.");
}
