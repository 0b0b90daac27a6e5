namespace Fanfare.Chat.Tests;

/// <summary>One server for the tests of a class, which run in turn; each makes users and rooms of its own.</summary>
public class SharedServer : IAsyncLifetime
{
    private ChatServer? _server;

    internal ChatServer Server => _server!;

    /// <summary>What it is started with, besides what every server of the tests is.</summary>
    protected virtual string[] Settings => [];

    public async ValueTask InitializeAsync() => _server = await ChatServer.StartAsync(Settings);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Server.DisposeAsync();
    }
}
