using ConformanceHost.Settings;
using Fanfare.SocketIO;

namespace ConformanceHost.Profiles;

/// <summary>Profile <c>engine</c>: Engine.IO alone; every message comes back as it came.</summary>
internal static class EngineProfile
{
    public static void Map(WebApplication app, HostSettings settings) =>
        app.MapEngineIO("/engine.io/", connection => connection.MessageReceived += SendBack, FanfareSetup.EngineOptions(settings));

    public static void SendBack(EngineConnection connection, EngineMessage message)
    {
        if (message.IsBinary)
        {
            connection.Send(message.Data);
        }
        else
        {
            connection.Send(message.Text);
        }
    }
}
