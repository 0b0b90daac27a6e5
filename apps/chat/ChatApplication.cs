using Fanfare.Chat.Accounts;
using Fanfare.Chat.Configuration;
using Fanfare.Chat.Messages;
using Fanfare.Chat.Realtime;
using Fanfare.Chat.Rooms;
using Fanfare.Chat.Storage;
using Fanfare.Chat.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Configuration.Memory;

namespace Fanfare.Chat;

/// <summary>Puts the chat together.</summary>
internal static class ChatApplication
{
    /// <summary>Whoever opens a connection and says nothing on it, or only half of what it wants, holds it no longer than this.</summary>
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    // Kestrel adds a second of its own to its bounds, and looks once a second.
    private static readonly TimeSpan KestrelsAddition = TimeSpan.FromSeconds(1);

    // What a client sends ahead of its turn waits in memory, by default 1 MiB of each connection: sixteen times the largest message of the plain wire.
    private const int MaxReadAheadBytes = 64 * 1024;

    // Of each request the framework would log path and query, and of each bad token that it came; what goes wrong is still told.
    // A start that fails is told by a line of our own.
    private static readonly Dictionary<string, string?> QuietLogs = new()
    {
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        [$"Logging:LogLevel:{typeof(BearerAuthentication).FullName}"] = "Warning",
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "Critical",
        ["Logging:Console:FormatterName"] = "simple",
        ["Logging:Console:FormatterOptions:SingleLine"] = "true",
    };

    /// <summary>Builds the application; it is not listening yet.</summary>
    /// <exception cref="ConfigurationException">A setting with which the chat refuses to start.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? customize = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = ContentRoot.Find() });
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = QuietLogs });
        var options = ChatOptionsReader.Read(builder.Configuration, builder.Environment.ContentRootPath);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout - KestrelsAddition;
            kestrel.ConfigureEndpointDefaults(static listen => listen.EndMuteConnections(HeadersTimeout));
        });
        builder.WebHost.UseSockets(static sockets => sockets.MaxReadBufferSize = MaxReadAheadBytes);
        if (ListensNowhere(builder.Configuration))
        {
            builder.WebHost.UseUrls("http://localhost:3000");
        }

        AddServices(builder.Services, options);
        builder.AddTelemetry(options);
        customize?.Invoke(builder);

        var app = builder.Build();
        UseChat(app, options);
        return app;
    }

    /// <summary>Opens the database and the key, so that a fault ends the start and not the first request.</summary>
    public static async Task PrepareAsync(this WebApplication app)
    {
        app.Services.GetRequiredService<ChatDatabase>();
        app.Services.GetRequiredService<SigningKey>();
        app.Services.GetRequiredService<ChatNamespace>().Register();
        if (app.Services.GetRequiredService<ChatOptions>().SeedDemo)
        {
            await app.Services.GetRequiredService<RoomService>().SeedAsync("general", "random", "help");
        }
    }

    private static bool ListensNowhere(ConfigurationManager configuration) =>
        string.IsNullOrEmpty(configuration["urls"]) && string.IsNullOrEmpty(configuration["http_ports"]) && string.IsNullOrEmpty(configuration["https_ports"]) && !configuration.GetSection("Kestrel:Endpoints").Exists();

    private static void AddServices(IServiceCollection services, ChatOptions options)
    {
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(25));
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ChatDatabase>();
        services.AddSingleton<EventQueue>();
        services.AddSingleton<WriteLane>();
        services.AddSingleton<SigningKey>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<SignInLimits>();
        services.AddSingleton<AccountService>();
        services.AddSingleton<RoomService>();
        services.AddSingleton<InvitationService>();
        services.AddSingleton<MessageService>();
        services.AddRealtime(options);
        // Not AddAuthentication: that brings data protection, whose keys nothing here uses.
        services.AddAuthenticationCore(authentication => authentication.DefaultScheme = BearerAuthentication.SchemeName);
        services.AddWebEncoders();
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, BearerAuthentication>(BearerAuthentication.SchemeName, configureOptions: null);
        services.AddAuthorization();
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, AccountsJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(1, RoomsJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(2, MessagesJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(3, ProblemJson.Default);
        });
        services.AddChatOpenApi();
    }

    // Each line is looked at before the next: this is the order in which requests are refused.
    private static void UseChat(WebApplication app, ChatOptions options)
    {
        app.UseMiddleware<ApiGuard>();
        app.UseTrustedProxies(options);
        app.UseMiddleware<OriginGuard>();
        app.UseWebClientFiles();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();

        app.MapAuth();
        app.MapRooms();
        app.MapMessages();
        app.MapInvitations();
        app.MapHealth();
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapRealtime(options);
        app.MapWebClientPages();
    }
}
