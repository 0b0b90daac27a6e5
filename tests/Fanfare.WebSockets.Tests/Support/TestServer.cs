using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Fanfare.Testing.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Fanfare.WebSockets.Tests;

/// <summary>Kestrel on a free port of the loopback address: the plain wire at <c>/ws</c> and Socket.IO at <c>/socket.io/</c>, both in the namespace <c>/</c>.</summary>
/// <remarks>Unless a test says otherwise, a token is the name of its user, with <c>@</c> and milliseconds its end too, and rooms that begin with <c>open</c> are open.</remarks>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestServer(WebApplication app, FakeTimeProvider? clock)
    {
        _app = app;
        Clock = clock;
        Main = app.Services.GetRequiredService<IFanfare>().Of("/");
        Logs = app.Services.GetRequiredService<LogRecorder>();
        Meters = new Meters(app.Services.GetRequiredService<IMeterFactory>());
    }

    public int Port { get; private set; }

    /// <summary>The namespace <c>/</c>.</summary>
    public Namespace Main { get; }

    public LogRecorder Logs { get; }

    public Meters Meters { get; }

    /// <summary>The server's clock, in tests that move it.</summary>
    public FakeTimeProvider? Clock { get; }

    /// <summary>What the server logged that no client may bring about.</summary>
    public IReadOnlyList<LogLine> Faults =>
        [.. Logs.Lines.Where(static line => line.Level >= LogLevel.Error || (line.Exception is not null && line.Level > LogLevel.Debug))];

    public static async Task<TestServer> StartAsync(
        Action<Namespace>? setup = null,
        Action<RoomsOptions>? rooms = null,
        Action<FanfareOptions>? fanfare = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null,
        bool movesClock = false,
        bool isGuarded = true)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var logs = new LogRecorder();
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton(logs);
        FakeTimeProvider? clock = null;
        if (movesClock)
        {
            clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddSeconds(1e9 + (Random.Shared.NextDouble() * 3e9)));
            builder.Services.AddSingleton<TimeProvider>(clock);

            // A leap of the clock makes old what has just been written and is about to be taken off; who tests the age sets it.
            builder.Services.Configure<FanfareOptions>(static options => options.Outbox.MaxAge = TimeSpan.MaxValue);
        }

        builder.Services.AddFanfareCore(options =>
        {
            options.ConfigureNamespaces = static options => options.Limits.MaxConnectionsPerUser = int.MaxValue;
            fanfare?.Invoke(options);
        }).AddSocketIO().AddRooms();
        services?.Invoke(builder.Services);
        var app = builder.Build();
        var server = new TestServer(app, clock);
        if (isGuarded)
        {
            server.Main.Authenticate(static handshake => ValueTask.FromResult(UserOf(handshake.AuthText("token"))));
            server.Main.AuthorizeRooms(static (_, room) => ValueTask.FromResult(room.StartsWith("open", StringComparison.Ordinal)));
        }

        setup?.Invoke(server.Main);
        app.MapSocketIO();
        app.MapRooms("/ws", configure: options =>
        {
            options.MaxConnectionsPerAddress = 0;
            rooms?.Invoke(options);
        });
        map?.Invoke(app);
        await app.StartAsync().InTime();
        server.Port = new Uri(app.Urls.First()).Port;
        return server;
    }

    /// <summary>The user that a token of the tests names: <c>u1</c>, or <c>u1@1795502486074</c> until that moment.</summary>
    public static User? UserOf(string? token)
    {
        if (string.IsNullOrEmpty(token) || token.StartsWith('!'))
        {
            return null;
        }

        var at = token.LastIndexOf('@');
        if (at < 0)
        {
            return new User(token);
        }

        // Attackers send half of one: that is nobody's.
        return at > 0 && long.TryParse(token.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var end) && end <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? new User(token[..at], DateTimeOffset.FromUnixTimeMilliseconds(end))
            : null;
    }

    /// <summary>A token of a user that ends after this time of the server's clock.</summary>
    public string TokenFor(string user, TimeSpan lifetime) => $"{user}@{((Clock?.GetUtcNow() ?? DateTimeOffset.UtcNow) + lifetime).ToUnixTimeMilliseconds()}";

    /// <summary>Stops it as SIGTERM does: first the signal, then the host, which waits for the drain before it lets its listener go.</summary>
    public Task StopAsync()
    {
        _app.Lifetime.StopApplication();
        return _app.StopAsync().InTime();
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            // Without grace: what is still open at a test's end need not be told.
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
        }

        await _app.DisposeAsync();
        Meters.Dispose();
    }
}
