namespace Fanfare;

/// <summary>The subscriptions of this process, by channel and by pattern. One lock, so all of them see events in one order, as over Redis.</summary>
internal sealed class BusSubscriptions(BusReports reports)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Group> _channels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Group> _patterns = new(StringComparer.Ordinal);

    /// <summary>Adds a subscription.</summary>
    /// <returns>Takes it out again and ends it.</returns>
    public IAsyncDisposable Add(BusSubscription subscription)
    {
        lock (_lock)
        {
            var groups = GroupsOf(subscription.Topic);
            if (!groups.TryGetValue(subscription.Topic.Text, out var group))
            {
                group = new Group(subscription.Topic);
                groups.Add(subscription.Topic.Text, group);
            }

            group.Members.Add(subscription);
        }

        return new Handle(this, subscription);
    }

    /// <summary>Queues an event for every subscription whose topic includes its channel.</summary>
    public void Deliver(BusPayload payload)
    {
        List<BusSubscription>? full = null;
        lock (_lock)
        {
            if (_channels.TryGetValue(payload.Channel, out var exact))
            {
                exact.Enqueue(payload, ref full);
            }

            foreach (var group in _patterns.Values)
            {
                if (group.Topic.Includes(payload.Channel))
                {
                    group.Enqueue(payload, ref full);
                }
            }
        }

        foreach (var subscription in full ?? [])
        {
            reports.Missed(subscription.Topic, subscription.Capacity);
        }
    }

    private void Remove(BusSubscription subscription)
    {
        lock (_lock)
        {
            var groups = GroupsOf(subscription.Topic);
            if (groups.TryGetValue(subscription.Topic.Text, out var group) && group.Members.Remove(subscription) && group.Members.Count == 0)
            {
                groups.Remove(subscription.Topic.Text);
            }
        }
    }

    private Dictionary<string, Group> GroupsOf(BusTopic topic) => topic.IsPattern ? _patterns : _channels;

    /// <summary>The subscriptions of one topic; a pattern is matched once for all of them.</summary>
    private sealed class Group(BusTopic topic)
    {
        public BusTopic Topic => topic;

        public HashSet<BusSubscription> Members { get; } = [];

        public void Enqueue(BusPayload payload, ref List<BusSubscription>? full)
        {
            foreach (var member in Members)
            {
                if (!member.Enqueue(payload))
                {
                    (full ??= []).Add(member);
                }
            }
        }
    }

    private sealed class Handle(BusSubscriptions owner, BusSubscription subscription) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            owner.Remove(subscription);
            return new ValueTask(subscription.EndAsync());
        }
    }
}
