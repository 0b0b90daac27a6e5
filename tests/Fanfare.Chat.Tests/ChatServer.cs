using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fanfare.Chat.Tests;

/// <summary>The chat in this process, on a port of its own and a database of its own.</summary>
internal sealed class ChatServer : IAsyncDisposable
{
    private readonly TemporaryFolder? _folder;

    private ChatServer(WebApplication app, TemporaryFolder? folder)
    {
        App = app;
        _folder = folder;
        Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public WebApplication App { get; }

    public Uri Url { get; }

    public static async Task<ChatServer> StartAsync(params string[] settings)
    {
        var folder = new TemporaryFolder();
        return new ChatServer(await RunAsync(folder.File("chat.db"), customize: null, settings), folder);
    }

    public static async Task<ChatServer> StartAsync(Action<WebApplicationBuilder> customize, params string[] settings)
    {
        var folder = new TemporaryFolder();
        return new ChatServer(await RunAsync(folder.File("chat.db"), customize, settings), folder);
    }

    /// <summary>Starts on a database that outlives the server.</summary>
    public static async Task<ChatServer> StartOnAsync(string database, params string[] settings) => new(await RunAsync(database, customize: null, settings), folder: null);

    public T Get<T>()
        where T : notnull => App.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _folder?.Dispose();
    }

    private static async Task<WebApplication> RunAsync(string database, Action<WebApplicationBuilder>? customize, string[] settings)
    {
        string[] args =
        [
            "--urls=http://127.0.0.1:0", $"--ConnectionStrings:Chat=Data Source={database}", "--Auth:PasswordIterations=1", "--Auth:RateLimit:Requests=100000", .. settings,
        ];
        var app = ChatApplication.Build(args, builder =>
        {
            builder.Logging.ClearProviders();
            customize?.Invoke(builder);
        });
        await app.PrepareAsync();
        await app.StartAsync();
        return app;
    }
}
