using ConformanceHost.Settings;
using ConformanceHost.Values;
using Fanfare;

namespace ConformanceHost.One;

/// <summary>Namespace <c>/one</c>: one room on every wire.</summary>
internal static class OneRoom
{
    private const string Name = "/one";
    private static readonly TimeSpan DefaultRecovery = TimeSpan.FromMinutes(2);

    public static void Map(WebApplication app, HostSettings settings)
    {
        var one = app.Services.GetRequiredService<IFanfare>().Of(Name, options =>
        {
            options.KeepHistory(settings);
            options.Limits.MaxQueuedBytes = settings.OutboxBytes;
            options.Recovery.MaxDisconnectionDuration = settings.Recovery ?? DefaultRecovery;
            options.Recovery.IsEnabled = options.Recovery.MaxDisconnectionDuration > TimeSpan.Zero;
        });
        one.Authenticate(handshake => ValueTask.FromResult(TestUsers.Read(handshake.AuthText("token"))));
        one.AuthorizeRooms((user, room) => ValueTask.FromResult(
            room.StartsWith("open", StringComparison.Ordinal) || (user.Id is { } id && room == $"private-{id}")));
        OneHandlers.Register(one);
        app.MapRooms("/one/ws", Name, options => options.Unbind());
        app.MapEventStream("/one/events", Name, options =>
        {
            options.Unbind();
            options.AllowQueryToken = true;
            options.KeepAliveInterval = settings.SseKeepAlive;
            options.RetryDelay = settings.SseRetry;
            options.AllowOrigins(settings);
        });
        app.MapPublish("/one/publish", Name, options =>
        {
            options.CheckOrigin = false;
            options.MaxJsonDepth = FanfareSetup.MaxJsonDepth;
            options.Allow = static (user, _) => ValueTask.FromResult(user.Id == "backend");
        });
        OneControl.Map(app, one);
    }
}
