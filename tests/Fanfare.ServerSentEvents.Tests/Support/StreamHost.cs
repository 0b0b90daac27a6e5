using System.Diagnostics.Metrics;
using System.Net;
using Fanfare.Testing.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Fanfare.ServerSentEvents.Tests;

/// <summary>Kestrel on a free port of the loopback address, with event streams at <c>/events</c> and publishing at <c>/publish</c>.</summary>
/// <remarks>Token <c>user:id</c> is user id, <c>old:id</c> one whose proof has ended. Rooms that begin with <c>open</c> are everybody's, <c>private-id</c> is id's.</remarks>
internal sealed class StreamHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StreamHost(WebApplication app, FakeTimeProvider? clock)
    {
        _app = app;
        Clock = clock;
        Logs = app.Services.GetRequiredService<LogRecorder>();
        Counters = new CounterRecorder(app.Services.GetRequiredService<IMeterFactory>());
        Main = app.Services.GetRequiredService<IFanfare>().Of("/");
    }

    public LogRecorder Logs { get; }

    public CounterRecorder Counters { get; }

    /// <summary>The namespace <c>/</c>.</summary>
    public Namespace Main { get; }

    /// <summary>The server's clock, in tests that move it.</summary>
    public FakeTimeProvider? Clock { get; }

    public Uri Address { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    public static async Task<StreamHost> StartAsync(
        Action<EventStreamOptions>? streams = null,
        Action<FanfareOptions>? fanfare = null,
        Action<PublishOptions>? publish = null,
        Action<WebApplication>? map = null,
        Action<WebApplicationBuilder>? build = null,
        bool movesClock = false,
        HttpProtocols protocols = HttpProtocols.Http1,
        bool isSecure = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var logs = new LogRecorder();
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
        {
            endpoint.Protocols = protocols;
            if (isSecure)
            {
                endpoint.UseHttps(TestCertificate.Shared);
            }
        }));
        builder.Services.AddSingleton(logs);
        FakeTimeProvider? clock = null;
        if (movesClock)
        {
            clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddSeconds(1e9 + (Random.Shared.NextDouble() * 3e9)));
            builder.Services.AddSingleton<TimeProvider>(clock);

            // A leap of the clock makes old what has just been written and is about to be taken off; who tests the age sets it.
            builder.Services.Configure<FanfareOptions>(static options => options.Outbox.MaxAge = TimeSpan.MaxValue);
        }

        builder.Services.AddFanfareCore(fanfare).AddEventStreams();
        build?.Invoke(builder);
        var app = builder.Build();
        var host = new StreamHost(app, clock);
        TestUsers.Open(host.Main, app.Services.GetRequiredService<TimeProvider>());
        if (map is null)
        {
            app.MapEventStream("/events", configure: streams);
            app.MapPublish("/publish", configure: options =>
            {
                options.Allow = static (user, _) => ValueTask.FromResult(user.Id == "backend");
                publish?.Invoke(options);
            });
        }
        else
        {
            map(app);
        }

        await app.StartAsync().Within(Timeouts.Default);
        host.Address = new Uri(app.Urls.First());
        return host;
    }

    /// <summary>Opens a stream and reads its first event.</summary>
    public async Task<EventReader> ReadAsync(string path = "/events/rooms/open", string? user = "ann", string? since = null)
    {
        var reader = await OpenAsync(path, user, since);
        Assert.Equal("connected", (await reader.NextAsync()).Name);
        return reader;
    }

    /// <summary>Opens a stream.</summary>
    public Task<EventReader> OpenAsync(string path = "/events/rooms/open", string? user = "ann", string? since = null) =>
        EventReader.OpenAsync(new Uri(Address, path), user is null ? null : $"user:{user}", since);

    /// <summary>Asks anything, on a connection of its own, and reads no more than the head of the answer.</summary>
    public async Task<HttpResponseMessage> AskAsync(string path, string? token = "user:ann", HttpMethod? method = null, params (string Name, string Value)[] headers)
    {
        using var http = EventReader.NewClient();
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(Address.AbsoluteUri.TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (token is not null)
        {
            request.Headers.Add("Authorization", $"Bearer {token}");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken).Within(Timeouts.Default);
    }

    /// <summary>The status of an answer.</summary>
    public async Task<HttpStatusCode> StatusAsync(string path, string? token = "user:ann", HttpMethod? method = null, params (string Name, string Value)[] headers)
    {
        using var response = await AskAsync(path, token, method, headers);
        return response.StatusCode;
    }

    /// <summary>Waits until no stream is left.</summary>
    public async Task WhenEmptyAsync()
    {
        var start = TimeProvider.System.GetTimestamp();
        while (Main.ConnectionCount > 0 || Counters["fanfare.sessions.active"] > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Timeouts.Default, $"{Main.ConnectionCount} streams are left.");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Stops it as SIGTERM does: first the signal, then the host, which waits for the drain before it lets its listener go.</summary>
    public Task StopAsync()
    {
        _app.Lifetime.StopApplication();
        return _app.StopAsync().Within(Timeouts.Default);
    }

    public async ValueTask DisposeAsync()
    {
        Counters.Dispose();
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
    }
}
