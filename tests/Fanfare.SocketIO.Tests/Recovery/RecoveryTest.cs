using System.Collections.Concurrent;

namespace Fanfare.SocketIO.Tests.Recovery;

/// <summary>A server with recovery, and what its connections have told.</summary>
public abstract class RecoveryTest
{
    private protected Recorder<Connection> Connections { get; } = new();

    private protected Recorder<string> Ends { get; } = new();

    private protected ConcurrentQueue<string> Rooms { get; } = new();

    private protected static string Auth(string? pid, string? offset = null) =>
        offset is null ? $$"""{"pid":"{{pid}}"}""" : $$"""{"pid":"{{pid}}","offset":"{{offset}}"}""";

    private protected async Task BreakAsync(SocketClient client)
    {
        await client.BreakAsync();
        await Ends.Next();
    }

    private protected Task<TestServer> StartAsync(Action<Namespace>? setup = null, bool movesClock = false) => TestServer.StartAsync(
        fanfare: static options => options.ConfigureNamespaces = static options => options.Recovery.IsEnabled = true,
        movesClock: movesClock,
        setup: fanfare =>
        {
            var main = fanfare.Of("/");
            main.Authenticate(static handshake => ValueTask.FromResult<User?>(handshake.AuthText("user") is { } user ? new User(user) : User.Anonymous));
            main.On("echo", static context => context.Ack(context.Arguments));
            main.Joined += (_, room) => Rooms.Enqueue($"joined {room}");
            main.Left += (_, room) => Rooms.Enqueue($"left {room}");
            main.OnConnection(connection =>
            {
                connection.OnDisconnect(reason => Ends.Add(reason.Text));
                Connections.Add(connection);
            });
            setup?.Invoke(main);
        });
}
