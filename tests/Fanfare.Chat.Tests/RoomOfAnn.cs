namespace Fanfare.Chat.Tests;

/// <summary>What most tests of rooms begin with: Ann, who has made a public room, and Bob, who is no member of it yet.</summary>
public abstract class RoomOfAnn(SharedServer shared) : IAsyncLifetime, IClassFixture<SharedServer>
{
    private static int _count;
    private readonly int _number = Interlocked.Increment(ref _count);

    private protected ChatServer Server => shared.Server;

    private protected TestUser Ann { get; private set; } = null!;

    private protected TestUser Bob { get; private set; } = null!;

    private protected string Room { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Ann = await TestUser.RegisterAsync(Server, Unique("Ann"));
        Bob = await TestUser.RegisterAsync(Server, Unique("Bob"));
        Room = await MakeRoomAsync("Tea");
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Ann.Dispose();
        Bob.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A name that no other test on this server takes.</summary>
    private protected string Unique(string name) => $"{name} {_number}";

    /// <summary>Another public room of Ann; its id.</summary>
    private protected async Task<string> MakeRoomAsync(string name) => (await Ann.MakeRoomAsync(Unique(name))).Text("id")!;

    private protected Task AdmitBobAsync() => Ann.AdmitAsync(Room, Bob);
}
