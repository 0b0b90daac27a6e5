using System.Globalization;
using System.Text.Json.Nodes;
using Fanfare;

namespace ConformanceHost.Values;

/// <summary>The handshake as applications of the Node server see it.</summary>
internal static class HandshakeValues
{
    public static JsonObject ToJson(this Handshake handshake)
    {
        var request = handshake.Request;
        return new JsonObject
        {
            ["headers"] = request.HeadersAsJson(),
            ["time"] = request.Time.UtcDateTime.ToString("ddd MMM dd yyyy HH:mm:ss 'GMT+0000 (Coordinated Universal Time)'", CultureInfo.InvariantCulture),
            ["address"] = request.Address,
            ["xdomain"] = handshake.IsCrossDomain,
            ["secure"] = request.IsSecure,
            ["issued"] = request.Time.ToUnixTimeMilliseconds(),
            ["url"] = request.Url,
            ["query"] = request.QueryAsJson(),
            ["auth"] = handshake.AuthAsJson(),
        };
    }

    public static JsonNode? AuthAsJson(this Handshake handshake) => JsonNode.Parse(handshake.AuthJson.Span);

    public static JsonObject QueryAsJson(this RequestInfo request) => ToJson(request.Query);

    public static JsonObject HeadersAsJson(this RequestInfo request) => ToJson(request.Headers);

    private static JsonObject ToJson(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var json = new JsonObject();
        foreach (var (name, value) in pairs)
        {
            json[name] = value;
        }

        return json;
    }
}
