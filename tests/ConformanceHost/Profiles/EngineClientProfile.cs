using System.Globalization;
using System.Text.Json;
using ConformanceHost.Settings;
using Fanfare.SocketIO;

namespace ConformanceHost.Profiles;

/// <summary>Profile <c>engine-client</c>: what the tests of the official engine.io client want.</summary>
internal static class EngineClientProfile
{
    private static readonly byte[] Bytes = [0, 1, 2, 3, 4];

    public static void Map(WebApplication app, HostSettings settings) =>
        app.MapEngineIO(
            "/engine.io/",
            connection =>
            {
                connection.Send("hi");
                connection.MessageReceived += Answer;
            },
            FanfareSetup.EngineOptions(settings));

    /// <summary>Four cookies of different kinds, on the first response of a session.</summary>
    public static void AddCookies(HttpResponse response)
    {
        var now = DateTimeOffset.UtcNow.ToString("R", CultureInfo.InvariantCulture);
        response.Headers.SetCookie = new(
        [
            "1=1; Max-Age=86400",
            "2=2; Path=/; HttpOnly; Secure; SameSite=Strict",
            "3=3; Max-Age=0",
            $"4=4; Expires={now}",
        ]);
    }

    private static void Answer(EngineConnection connection, EngineMessage message)
    {
        switch (message.IsBinary ? null : message.Text)
        {
            case "give binary":
                connection.Send(Bytes);
                break;
            case "give utf8":
                connection.Send("пойду спать всем спокойной ночи");
                break;
            case "sendHeaders":
                connection.Send(JsonSerializer.Serialize(message.Headers?.ToDictionary(header => header.Key, header => header.Value, StringComparer.Ordinal)));
                break;
            default:
                EngineProfile.SendBack(connection, message);
                break;
        }
    }
}
