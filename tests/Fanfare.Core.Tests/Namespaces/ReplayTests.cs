using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Fanfare.Core.Tests.Namespaces;

/// <summary>What several miss is encoded once for all that are shown it at the same time.</summary>
public sealed class ReplayTests : IDisposable
{
    private const string Room = "room";
    private const int Missed = 40;

    private readonly Meters _meters = new();
    private readonly FanfareServer _server;
    private readonly Namespace _namespace;

    public ReplayTests()
    {
        _server = new FanfareServer(
            Options.Create(new FanfareOptions()), new LocalAdapterFactory(), new FanfareMetrics(_meters), TimeProvider.System, NullLogger<FanfareServer>.Instance);
        _namespace = _server.Of("/");
    }

    public void Dispose()
    {
        _server.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public async Task Those_who_resume_at_the_same_time_share_what_is_small_and_who_comes_later_does_not()
    {
        var since = $"{_namespace.History.Head}";
        for (var i = 2; i < Missed; i++)
        {
            await _namespace.To(Room).EmitAsync("small", i);
        }

        await _namespace.To(Room).EmitAsync("large", new string('x', 2000));
        await _namespace.To(Room).EmitAsync("binary", new byte[10]);

        // The first one is half way: its client has not taken it yet.
        var taken = new TaskCompletionSource();
        var (first, second, later) = (Enter("first"), Enter("second"), Enter("later"));
        first.Taken = taken.Task;
        var resuming = first.ResumeAsync(Room, since);
        var half = first.HeardCount;
        Assert.InRange(half, 1, Missed - 1);
        await second.ResumeAsync(Room, since);
        taken.SetResult();
        await resuming;
        await later.ResumeAsync(Room, since);

        MemoryConnection[] all = [first, second, later];
        Assert.All(all, one => Assert.Equal(Enumerable.Range(1, Missed), one.HeardFrom().Select(static message => (int)message.Cursor!.Value.Sequence)));
        var shared = first.HeardFrom().Zip(second.HeardFrom()).Where(static both => ReferenceEquals(both.First, both.Second)).Select(static both => both.First);
        Assert.Equal(first.HeardFrom(half).Where(static message => message.Message.Event == "small"), shared);
        Assert.All(second.HeardFrom().Zip(later.HeardFrom()), static both => Assert.NotSame(both.First, both.Second));
    }

    private MemoryConnection Enter(string id)
    {
        var connection = new MemoryConnection(id, _namespace.Scope);
        Assert.Equal(Entry.Entered, _namespace.Enter(connection, static _ => { }));
        return connection;
    }
}
