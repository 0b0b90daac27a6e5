using Fanfare;

namespace ConformanceHost.Profiles;

/// <summary>Profile <c>protocol</c>: what the public Socket.IO protocol suite wants.</summary>
internal static class ProtocolProfile
{
    public static void Register(IFanfare fanfare)
    {
        foreach (var name in (string[])["/", "/custom"])
        {
            var served = fanfare.Of(name);
            served.OnConnection(async connection => await connection.EmitAsync("auth", new Arguments(connection.Handshake.AuthJson)));
            served.On("message", async context => await context.Connection.EmitAsync("message-back", context.Arguments));
            served.On("message-with-ack", context => context.Ack(context.Arguments));
        }
    }
}
