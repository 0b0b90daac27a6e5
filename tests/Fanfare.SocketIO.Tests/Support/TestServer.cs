using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Fanfare.SocketIO.Tests;

/// <summary>Kestrel on a free port of the loopback address, with Socket.IO at <c>/socket.io/</c>.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, int> _polls = new(StringComparer.Ordinal);
    private readonly Signal _polled = new();

    private TestServer(WebApplication app, FakeTimeProvider? clock, bool isHttp2)
    {
        _app = app;
        IsHttp2 = isHttp2;
        Clock = clock;
        Fanfare = app.Services.GetRequiredService<IFanfare>();
        Logs = app.Services.GetRequiredService<LogRecorder>();
        Meters = new MeterRecorder(app.Services.GetRequiredService<IMeterFactory>());
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, SslOptions = TestCertificate.ClientOptions })
        {
            Timeout = Within.Default * 2,
            DefaultRequestVersion = isHttp2 ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    public int Port { get; private set; }

    public IFanfare Fanfare { get; }

    /// <summary>Whether it speaks HTTP/2 over TLS, and nothing else.</summary>
    public bool IsHttp2 { get; }

    /// <summary>The namespace <c>/</c>.</summary>
    public Namespace Main => Fanfare.Of("/");

    public LogRecorder Logs { get; }

    public MeterRecorder Meters { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>The server's clock, in tests that move it.</summary>
    public FakeTimeProvider? Clock { get; }

    public static async Task<TestServer> StartAsync(
        Action<SocketIOOptions>? options = null,
        Action<FanfareOptions>? fanfare = null,
        Action<IFanfare>? setup = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null,
        bool movesClock = false,
        bool isHttp2 = false,
        LogLevel logLevel = LogLevel.Debug,
        Action<KestrelServerOptions>? kestrel = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var logs = new LogRecorder();
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(logLevel);
        builder.WebHost.ConfigureKestrel(options =>
        {
            kestrel?.Invoke(options);
            options.Listen(IPAddress.Loopback, 0, endpoint =>
            {
                if (isHttp2)
                {
                    endpoint.Protocols = HttpProtocols.Http2;
                    endpoint.UseHttps(TestCertificate.Shared);
                }
            });
        });
        builder.Services.AddSingleton(logs);
        FakeTimeProvider? clock = null;
        if (movesClock)
        {
            clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddSeconds(1e9 + (Random.Shared.NextDouble() * 3e9)));
            builder.Services.AddSingleton<TimeProvider>(clock);

            // A leap of the clock makes old what has just been written and is about to be taken off; who tests the age sets it.
            builder.Services.Configure<FanfareOptions>(static options => options.Outbox.MaxAge = TimeSpan.MaxValue);
        }

        builder.Services.AddFanfareCore(fanfare).AddSocketIO(options);
        services?.Invoke(builder.Services);
        var app = builder.Build();
        var server = new TestServer(app, clock, isHttp2);
        setup?.Invoke(server.Fanfare);
        app.Use((context, next) =>
        {
            server.Count(context.Request);
            return next(context);
        });
        if (map is null)
        {
            _ = server.Main;
            app.MapSocketIO();
        }
        else
        {
            map(app);
        }

        await app.StartAsync().InTime();
        server.Port = new Uri(app.Urls.First()).Port;
        return server;
    }

    public string Url(string query, string path = "/socket.io/") => $"{(IsHttp2 ? "https" : "http")}://127.0.0.1:{Port}{path}?{query}";

    /// <summary>One GET with this query.</summary>
    public async Task<(HttpStatusCode Status, string Body)> GetAsync(string query)
    {
        using var response = await Http.GetAsync(Url(query), TestContext.Current.CancellationToken).InTime();
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>How many polls of a session have come so far.</summary>
    public int PollsOf(string sid) => _polls.GetValueOrDefault(sid);

    /// <summary>Waits until so many polls of a session have come.</summary>
    public Task WhenPolled(string sid, int count) => _polled.When(() => PollsOf(sid) >= count);

    /// <summary>Stops it as SIGTERM does: first the signal, then the host, which waits for the drain before it lets its listener go.</summary>
    public Task StopAsync()
    {
        _app.Lifetime.StopApplication();
        return _app.StopAsync().InTime();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
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

    private void Count(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) && request.Query["transport"] == EngineLink.Polling && request.Query["sid"].ToString() is { Length: > 0 } sid)
        {
            _polls.AddOrUpdate(sid, 1, static (_, count) => count + 1);
            _polled.Set();
        }
    }
}
