using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Fanfare.Core.Tests.Namespaces;

/// <summary>Who joins and leaves while others publish: every member hears one order, everything while it is in, and nothing before or after.</summary>
public sealed class MembershipOrderTests : IDisposable
{
    private const string Room = "room";
    private const int Publishers = 16;
    private const int EventsEach = 500;

    private readonly Meters _meters = new();
    private readonly FanfareServer _server;
    private readonly Namespace _namespace;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _published;

    public MembershipOrderTests()
    {
        _server = new FanfareServer(
            Options.Create(new FanfareOptions()), new LocalAdapterFactory(), new FanfareMetrics(_meters), TimeProvider.System, NullLogger<FanfareServer>.Instance);
        _namespace = _server.Of("/");
    }

    private bool IsPublishing => Volatile.Read(ref _published) < Publishers * EventsEach;

    public void Dispose()
    {
        _server.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public async Task All_members_hear_all_events_in_one_order_with_rising_cursors()
    {
        var members = Enumerable.Range(0, 50).Select(i => Enter($"member {i}")).ToList();
        foreach (var member in members)
        {
            await member.JoinAsync(Room);
        }

        var stamped = (await Task.WhenAll(Enumerable.Range(0, Publishers).Select(PublishAsync))).SelectMany(static cursors => cursors).ToHashSet();

        Assert.Equal(Publishers * EventsEach, stamped.Count);
        var order = Positions(members[0].HeardFrom());
        AssertRising(order);
        Assert.Equal(stamped.Select(static cursor => cursor.Sequence).Order(), order);
        foreach (var member in members)
        {
            Assert.True(order.SequenceEqual(Positions(member.HeardFrom())), member.Id);
        }

        foreach (var events in members[0].HeardFrom().Select(static message => message.Message.Arguments).GroupBy(static arguments => arguments.Get<int>(0)))
        {
            Assert.Equal(Enumerable.Range(0, EventsEach), events.Select(static arguments => arguments.Get<int>(1)));
        }
    }

    [Fact]
    public async Task Who_comes_and_goes_hears_everything_while_it_is_in_and_nothing_else()
    {
        var stays = Enter("stays");
        await stays.JoinAsync(Room);
        var wanderers = Enumerable.Range(0, 12).Select(i => Enter($"wanderer {i}")).ToList();

        // All are in before the first event, and stay for it: on a busy machine the publishers could be done before they begin.
        var joined = wanderers.ConvertAll(static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var wandering = wanderers.Select((wanderer, i) => Task.Run(() => WanderAsync(wanderer, joined[i]), TestContext.Current.CancellationToken)).ToList();
        await Task.WhenAll(joined.Select(static one => one.Task));
        await Task.WhenAll(Enumerable.Range(0, Publishers).Select(PublishAsync));
        var visits = await Task.WhenAll(wandering);

        var all = Positions(stays.HeardFrom());
        Assert.Equal(Publishers * EventsEach, all.Count);
        AssertRising(all);
        wanderers.ForEach(static wanderer => AssertRising(Positions(wanderer.HeardFrom())));
        foreach (var visit in visits.SelectMany(static visits => visits))
        {
            AssertNoGap(visit);
        }

        Assert.Contains(wanderers, static wanderer => wanderer.HeardCount > 0);
    }

    [Fact]
    public async Task Who_connects_joins_and_breaks_meanwhile_hears_nothing_after_its_end()
    {
        var stays = Enter("stays");
        await stays.JoinAsync(Room);

        var coming = Enumerable.Range(0, 8).Select(i => Task.Run(() => ComeAndGoAsync(i), TestContext.Current.CancellationToken)).ToList();
        await Task.WhenAll(Enumerable.Range(0, Publishers).Select(PublishAsync));
        await Task.WhenAll(coming);

        Assert.Equal(Publishers * EventsEach, stays.HeardCount);
        Assert.Equal(1, _namespace.ConnectionCount);
        Assert.Equal(1, _namespace.RoomCount);
    }

    private static List<long> Positions(IEnumerable<EncodedMessage> messages) => [.. messages.Select(static message => message.Cursor!.Value.Sequence)];

    private static void AssertRising(List<long> positions)
    {
        for (var i = 1; i < positions.Count; i++)
        {
            Assert.True(positions[i - 1] < positions[i], $"{positions[i - 1]} before {positions[i]}");
        }
    }

    /// <summary>
    /// What was heard in one visit is an unbroken part of all there was, everything that was published within the visit is in it, and nothing from before.
    /// Of the head itself nobody can tell here whether it was under way to the members yet.
    /// </summary>
    private static void AssertNoGap(Visit visit)
    {
        var (heard, from, to) = (visit.Heard, visit.HeadAfterJoining + 1, visit.HeadBeforeLeaving - 1);
        for (var i = 1; i < heard.Count; i++)
        {
            Assert.Equal(heard[i - 1] + 1, heard[i]);
        }

        if (heard.Count > 0)
        {
            Assert.True(heard[0] >= visit.HeadBeforeJoining, $"{heard[0]} was there before {visit.HeadBeforeJoining}");
        }

        if (from <= to)
        {
            Assert.True(heard.Count > 0 && heard[0] <= from && heard[^1] >= to, $"not all from {from} to {to}");
        }
    }

    private MemoryConnection Enter(string id)
    {
        var connection = new MemoryConnection(id, _namespace.Scope);
        Assert.Equal(Entry.Entered, _namespace.Enter(connection, static _ => { }));
        return connection;
    }

    private Task<List<EventId>> PublishAsync(int publisher) => Task.Run(async () =>
    {
        var cursors = new List<EventId>(EventsEach);
        for (var i = 0; i < EventsEach; i++)
        {
            cursors.Add((await _namespace.To(Room).EmitAsync("m", publisher, i))!.Value);
            Interlocked.Increment(ref _published);
            _begun.TrySetResult();
        }

        return cursors;
    });

    private async Task<List<Visit>> WanderAsync(MemoryConnection wanderer, TaskCompletionSource joined)
    {
        var visits = new List<Visit>();
        do
        {
            var seen = wanderer.HeardCount;
            var beforeJoining = _namespace.History.Head.Sequence;
            await wanderer.JoinAsync(Room);
            var afterJoining = _namespace.History.Head.Sequence;
            joined.TrySetResult();
            await _begun.Task;
            await Task.Yield();
            var beforeLeaving = _namespace.History.Head.Sequence;
            await wanderer.LeaveAsync(Room);

            // Nobody can send to it any more: what it has heard now is all there will be of this visit.
            var heard = Positions(wanderer.HeardFrom(seen));
            await Task.Yield();
            Assert.Equal(seen + heard.Count, wanderer.HeardCount);
            visits.Add(new Visit(beforeJoining, afterJoining, beforeLeaving, heard));
        }
        while (IsPublishing);

        return visits;
    }

    private async Task ComeAndGoAsync(int number)
    {
        do
        {
            var guest = Enter($"guest {number}");
            await guest.JoinAsync(Room);
            await Task.Yield();
            guest.Break();
            var heard = guest.HeardCount;
            AssertRising(Positions(guest.HeardFrom()));
            await guest.Completion;
            await Task.Yield();
            Assert.Equal(heard, guest.HeardCount);
        }
        while (IsPublishing);
    }

    private sealed record Visit(long HeadBeforeJoining, long HeadAfterJoining, long HeadBeforeLeaving, List<long> Heard);
}
