using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fanfare.Core.Concurrency.Tests.Stages;

/// <summary>One run of a scenario: a namespace of its own, what was published in it, and what must hold at the end.</summary>
internal sealed class Stage : IMeterFactory
{
    public const string Room = "room";
    public const string OtherRoom = "other";

    private readonly List<string> _wrong = [];
    private readonly Dictionary<(string Id, string Room), int> _members = [];
    private readonly List<(long Sequence, string[] Rooms)> _published = [];
    private Meter? _meter;

    public Stage(Action<NamespaceOptions>? configure = null, OutboxLimits? outbox = null)
    {
        ThreadPool.Reset();
        var options = new NamespaceOptions();
        configure?.Invoke(options);
        Outbox = outbox ?? new OutboxLimits();
        var wheel = new TimingWheel(Clock);
        Scheduler = new DrainScheduler(wheel, CountingBatch.Factory);
        Main = new Namespace("/", new Registrations(), options, new NamespaceServices
        {
            Serializer = MessageSerializer.Default,
            Adapters = new LocalAdapterFactory(),
            Wheel = wheel,
            Time = Clock,
            Metrics = new FanfareMetrics(this),
            Logger = NullLogger.Instance,
            Outbox = Outbox,
            Emptied = static _ => { },
        });
        Main.Joined += (connection, room) => Count(connection, room, 1);
        Main.Left += (connection, room) => Count(connection, room, -1);
    }

    public ManualClock Clock { get; } = new();

    public DrainScheduler Scheduler { get; }

    public Namespace Main { get; }

    /// <summary>What may wait for one client. The replays go by it: a quarter of the count is a page.</summary>
    public OutboxLimits Outbox { get; }

    /// <summary>The newest position, as a client shows it.</summary>
    public string Position => Main.History.Head.ToString();

    /// <summary>Runs all of them at once, each on a thread of its own, and what they started, to the end.</summary>
    public static void Run(params Action[] actions)
    {
        foreach (var action in actions)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static action => action(), action, preferLocal: false);
        }

        ThreadPool.WaitUntilIdle();
    }

    /// <summary>Waits on this thread: the rest may run on others.</summary>
    public static void Wait(ValueTask task) => task.AsTask().Wait();

    public Client Enter(string id, User? user = null)
    {
        var client = new Client(this, id, user);
        Assert.Equal(Entry.Entered, Main.Enter(client, static _ => { }));
        return client;
    }

    public void Publish(int count, params string[] rooms)
    {
        for (var i = 0; i < count; i++)
        {
            var id = Main.To(rooms).EmitAsync("n", Arguments.Empty).AsTask().Result;
            _published.Add((id!.Value.Sequence, rooms));
        }
    }

    /// <summary>Positions of what was published in one of these rooms, in order.</summary>
    public long[] PublishedIn(params string[] rooms) =>
        [.. _published.Where(message => message.Rooms.Intersect(rooms).Any()).Select(static message => message.Sequence).Order()];

    /// <summary>Whether it is in a room by what was told of comings and goings.</summary>
    public bool IsMember(Connection connection, string room) => _members.ContainsKey((connection.Id, room));

    /// <summary>For places whose exceptions the code under test catches.</summary>
    public void Note(string wrong) => _wrong.Add(wrong);

    /// <summary>Whoever has not left does now, and nothing may be left of anybody.</summary>
    public void End(params Client[] clients)
    {
        foreach (var client in clients)
        {
            client.Leave(CloseReason.TransportClose);
        }

        foreach (var client in clients)
        {
            client.Completion.Wait();
        }

        ThreadPool.WaitUntilIdle();
        ThreadPool.Stop();
        _meter?.Dispose();
        Assert.Empty(_wrong);
        Assert.Equal(0, Main.ConnectionCount);
        Assert.Equal(0, Main.RoomCount);
        Assert.Empty(_members);
    }

    public Meter Create(MeterOptions options) => _meter = new Meter(options);

    public void Dispose() => _meter?.Dispose();

    private void Count(Connection connection, string room, int change)
    {
        var key = (connection.Id, room);
        lock (_members)
        {
            var count = _members.GetValueOrDefault(key) + change;
            if (count < 0 || count > 1)
            {
                Note($"{connection.Id} was in {room} {count} times");
            }

            _members[key] = count;
            if (count == 0)
            {
                _members.Remove(key);
            }
        }
    }
}
