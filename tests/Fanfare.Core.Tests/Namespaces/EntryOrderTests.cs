using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Fanfare.Core.Tests.Namespaces;

/// <summary>A client may act on the answer to its entry before the server has told its own listeners of it.</summary>
public sealed class EntryOrderTests : IDisposable
{
    private readonly Meters _meters = new();
    private readonly FanfareServer _server;
    private readonly Namespace _namespace;
    private readonly List<string> _told = [];

    public EntryOrderTests()
    {
        _server = new FanfareServer(
            Options.Create(new FanfareOptions()), new LocalAdapterFactory(), new FanfareMetrics(_meters), TimeProvider.System, NullLogger<FanfareServer>.Instance);
        _namespace = _server.Of("/");
        _namespace.Entered += _ => _told.Add("entered");
        _namespace.Ended += (_, _) => _told.Add("ended");
        _namespace.OnConnection(connection =>
        {
            _told.Add("connection");
            connection.OnDisconnect(_ => _told.Add("disconnect"));
            return Task.CompletedTask;
        });
        _namespace.On("hi", _ =>
        {
            _told.Add("hi");
            return ValueTask.CompletedTask;
        });
    }

    public void Dispose()
    {
        _server.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public void What_a_client_sends_at_once_waits_until_all_have_seen_it_come()
    {
        var connection = new MemoryConnection("quick", _namespace.Scope);

        _namespace.Enter(connection, _ => Say(connection));
        Say(connection);

        Assert.Equal(["entered", "connection", "hi", "hi"], _told);
    }

    [Fact]
    public async Task Who_goes_at_once_has_come_and_then_gone()
    {
        var connection = new MemoryConnection("gone", _namespace.Scope);

        _namespace.Enter(connection, _ => connection.Break());

        await connection.Completion;
        Assert.Equal(["entered", "connection", "ended", "disconnect"], _told);
    }

    [Fact]
    public async Task Rooms_named_before_it_is_in_are_its_rooms_when_it_comes_unless_it_left_them()
    {
        var connection = new MemoryConnection("early", _namespace.Scope);
        await connection.JoinAsync("tea");
        await connection.JoinAsync("coffee");
        await connection.LeaveAsync("coffee");
        Assert.False(connection.IsIn("tea"));

        _namespace.Enter(connection, static _ => { });

        Assert.True(connection.IsIn("tea"));
        Assert.False(connection.IsIn("coffee"));
    }

    private static void Say(MemoryConnection connection) => connection.Receive(new Message("hi", Arguments.Empty));
}
