using Fanfare.Chat.Configuration;
using Fanfare.Chat.Realtime;
using Fanfare.Chat.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Fanfare.Chat.Tests;

/// <summary>The chat in this process, on a port, a database and a clock of its own. The clock stands still: what is due in time happens when a test moves it, and never else.</summary>
internal sealed class ChatServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // One for the whole run, so that a server on the database of another one comes later than that.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(Random.Shared.Next(1_000_000));

    private readonly WebApplication _app;
    private readonly TemporaryFolder? _folder;

    private ChatServer(WebApplication app, FakeTimeProvider clock, TemporaryFolder? folder)
    {
        _app = app;
        _folder = folder;
        Clock = clock;
        Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public FakeTimeProvider Clock { get; }

    public Uri Url { get; }

    public static async Task<ChatServer> StartAsync(params string[] settings)
    {
        var folder = new TemporaryFolder();
        return await StartAsync(folder.File("chat.db"), folder, settings);
    }

    /// <summary>Starts on a database that outlives the server.</summary>
    public static Task<ChatServer> StartOnAsync(string database, params string[] settings) => StartAsync(database, folder: null, settings);

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>
    /// Waits until all that was done by now is told: what was stored, who came and went, and the numbers that gather to be told as one.
    /// Whoever hears nothing behind it was sent nothing.
    /// </summary>
    public async Task SettleAsync()
    {
        // Steps may have posted steps, but those post none.
        var events = Get<EventQueue>();
        await events.RunAsync(() => ValueTask.CompletedTask);
        await events.RunAsync(Get<UnreadNotices>().TellAsync);
    }

    /// <summary>Ends a connection at the client's side, and waits until the server has noticed and told of it.</summary>
    public async Task EndAsync(Func<Connection, bool> which, Func<ValueTask> end)
    {
        var connection = Get<Namespace>().Connections.Single(which);
        await end();
        await connection.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await SettleAsync();
    }

    /// <summary>Stops it; to be awaited before it is disposed.</summary>
    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        var database = Get<ChatOptions>().ConnectionString;
        await _app.StopAsync();
        await _app.DisposeAsync();
        using (var connection = new SqliteConnection(database))
        {
            SqliteConnection.ClearPool(connection);
        }

        _folder?.Dispose();
    }

    private static async Task<ChatServer> StartAsync(string database, TemporaryFolder? folder, string[] settings)
    {
        // Where time stands, a connection never earns the right to its next message: there must be enough from the start.
        string[] args =
        [
            "--urls=http://127.0.0.1:0", $"--ConnectionStrings:Chat=Data Source={database}", "--Auth:PasswordIterations=1", "--Auth:RateLimit:Requests=100000",
            "--Limits:MessagesPerSecond=100000", "--Limits:ConnectionsPerUser=100", .. settings,
        ];
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow + Ahead);
        var app = ChatApplication.Build(args, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton<TimeProvider>(clock);
            // A stop that is spread over time would wait for a clock that stands.
            builder.Services.Configure<FanfareOptions>(fanfare => fanfare.DrainTime = TimeSpan.Zero);
        });
        await app.PrepareAsync();
        await app.StartAsync();
        return new ChatServer(app, clock, folder);
    }
}
