using ConformanceHost.Profiles;
using ConformanceHost.Settings;
using Fanfare;
using Fanfare.AspNetCore;
using Fanfare.ServerSentEvents;
using Fanfare.SocketIO;
using Fanfare.WebSockets;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.WebUtilities;

namespace ConformanceHost;

/// <summary>The settings of a run as options of the packages. Every limit that the table of settings does not name is out of the way.</summary>
internal static class FanfareSetup
{
    /// <summary>As far as it goes.</summary>
    public const int MaxJsonDepth = 64;

    public static void AddConformance(this IServiceCollection services, HostSettings settings, TimeSpan drainTime)
    {
        services.AddFanfareWebSockets();
        services.AddFanfare(options =>
        {
            options.DrainTime = drainTime;
            options.Outbox.Unbind();
            options.ConfigureNamespaces = @namespace =>
            {
                @namespace.Limits.MaxRooms = int.MaxValue - 2;
                @namespace.Limits.MaxConnectionsPerUser = int.MaxValue;
                @namespace.Limits.HandlerTimeout = Timeout.InfiniteTimeSpan;
                @namespace.Limits.MaxHeldMessages = int.MaxValue - 1;
                @namespace.Recovery.IsEnabled = settings.Recovery > TimeSpan.Zero;
                @namespace.Recovery.MaxDisconnectionDuration = settings.Recovery ?? TimeSpan.Zero;
                @namespace.Recovery.SkipMiddlewares = settings.RecoverySkipMiddlewares;
                @namespace.History.IsEnabled = settings.Profile != Profile.Bench;
            };
        });
        services.Configure<SocketIOOptions>(options =>
        {
            options.ConnectTimeout = settings.ConnectTimeout;
            options.MaxNamespaces = int.MaxValue;
            options.MaxJsonDepth = MaxJsonDepth;
            Configure(options.Engine, settings);
        });
    }

    /// <summary>Takes the bounds off a queue: a slow reader is the tester's own affair here.</summary>
    public static void Unbind(this OutboxLimits limits)
    {
        limits.MaxBytes = int.MaxValue;
        limits.MaxCount = int.MaxValue;
        limits.MaxAge = Timeout.InfiniteTimeSpan;
    }

    /// <summary>Takes all limits but the sizes off an endpoint of the plain wire.</summary>
    public static void Unbind(this RoomsOptions options)
    {
        options.CheckOrigin = false;
        options.AuthenticationTimeout = TimeSpan.FromDays(1);
        options.MaxFragments = int.MaxValue;
        options.MaxJsonDepth = MaxJsonDepth;
        options.MaxProtocolErrors = 0;
        options.MaxConnectionsPerAddress = 0;
        options.Rates.MaxMessagesPerSecond = 0;
        options.Rates.MaxBytesPerSecond = 0;
    }

    /// <summary>Takes the limits off an endpoint of event streams.</summary>
    public static void Unbind(this EventStreamOptions options)
    {
        options.CheckOrigin = false;
        options.MaxConnectionsPerAddress = 0;
    }

    /// <summary>Lets pages of the listed origins read an endpoint of event streams, with credentials.</summary>
    public static void AllowOrigins(this EventStreamOptions options, HostSettings settings)
    {
        options.AllowCredentials = true;
        foreach (var origin in settings.CorsOrigins)
        {
            options.AllowedOrigins.Add(origin);
        }
    }

    /// <summary>The log of the namespaces that keep one whatever the profile.</summary>
    public static void KeepHistory(this NamespaceOptions options, HostSettings settings)
    {
        options.History.IsEnabled = true;
        options.History.MaxCountPerRoom = settings.HistoryCount;
        options.History.MaxAge = settings.HistoryAge;
    }

    /// <summary>Options of an endpoint without Socket.IO.</summary>
    public static EngineOptions EngineOptions(HostSettings settings)
    {
        var options = new EngineOptions();
        Configure(options, settings);
        return options;
    }

    private static void Configure(EngineOptions options, HostSettings settings)
    {
        options.PingInterval = settings.PingInterval;
        options.PingTimeout = settings.PingTimeout;
        options.UpgradeTimeout = settings.UpgradeTimeout;
        options.MaxPayloadBytes = settings.MaxPayloadBytes;
        options.MaxFragments = int.MaxValue;
        options.AllowUpgrades = settings.AllowUpgrades;
        options.CookieName = settings.Cookie;
        options.CheckOrigin = false;
        options.MaxMessagesPerSecond = 0;
        options.MaxBytesPerSecond = 0;
        options.MaxConnectionsPerAddress = 0;
        options.Transports.Clear();
        if (settings.Polling)
        {
            options.Transports.Add(Fanfare.SocketIO.EngineOptions.Polling);
        }

        if (settings.WebSocket)
        {
            options.Transports.Add(Fanfare.SocketIO.EngineOptions.WebSocket);
        }

        if (settings.CorsOrigins.Count > 0)
        {
            options.Cors = new CorsPolicyBuilder([.. settings.CorsOrigins]).AllowCredentials().WithMethods("GET", "POST").WithHeaders("x-custom").Build();
        }

        options.AllowRequest = context =>
        {
            var refusal = !HasQueryKey(context.Request, "deny") ? null
                : settings.Profile == Profile.EngineClient ? "Forbidden"
                : "denied by allowRequest";
            return settings.HandshakeDelay > TimeSpan.Zero ? AnswerLaterAsync(refusal) : ValueTask.FromResult(refusal);
        };

        async ValueTask<string?> AnswerLaterAsync(string? refusal)
        {
            await Task.Delay(settings.HandshakeDelay);
            return refusal;
        }

        AddHeaders(options, settings);
    }

    /// <summary>Without <see cref="HttpRequest.Query"/>, whose dictionary stays with a connection as long as it lasts.</summary>
    private static bool HasQueryKey(HttpRequest request, string key)
    {
        foreach (var pair in new QueryStringEnumerable(request.QueryString.Value))
        {
            if (pair.DecodeName().Span.SequenceEqual(key))
            {
                return true;
            }
        }

        return false;
    }

    private static void AddHeaders(EngineOptions options, HostSettings settings)
    {
        if (settings.Profile == Profile.EngineClient)
        {
            options.InitialHeaders += context => EngineClientProfile.AddCookies(context.Response);
        }

        if (settings.ExtraHeaders)
        {
            options.InitialHeaders += context => context.Response.Headers["x-fanfare-initial"] = "1";
            options.Headers += context => context.Response.Headers["x-fanfare-all"] = "1";
        }
    }
}
