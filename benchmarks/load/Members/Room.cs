using System.Diagnostics;
using Fanfare.Benchmarks.Load.Dialects;
using Fanfare.Benchmarks.Load.Net;

namespace Fanfare.Benchmarks.Load.Members;

/// <summary>The members of one room on one server, as connections of this process.</summary>
/// <param name="poller">Wakes the connections.</param>
/// <param name="dialect">What the server speaks.</param>
/// <param name="port">Where it listens.</param>
/// <param name="server">Its name, for errors.</param>
/// <param name="name">The room's name on the wire.</param>
internal sealed class Room(Poller poller, Dialect dialect, int port, string server, string name) : IDisposable
{
    private const int ConnectsAtOnce = 64;
    private const int Publisher = 0;

    private readonly List<IMember> _members = [];
    private PostConnection? _publisher;
    private int _wanted;
    private long _lastKeepAlive = Stopwatch.GetTimestamp();

    public Dialect Dialect => dialect;

    public string Name => name;

    /// <summary>Server and room, for errors.</summary>
    public string Label => $"{server}, {name}";

    /// <summary>How many have joined.</summary>
    public int Count { get; private set; }

    /// <summary>All that were asked for have joined.</summary>
    public bool IsComplete => Count == _wanted;

    /// <summary>Messages that were posted and are not answered yet.</summary>
    public bool AwaitsAnswers => _publisher is { AwaitsAnswers: true };

    public IMember this[int index] => _members[index];

    /// <summary>Starts <paramref name="count"/> more members, a bounded number of connects at a time.</summary>
    public void Grow(int count)
    {
        _wanted += count;
        for (int i = 0; i < Math.Min(count, ConnectsAtOnce); i++)
        {
            StartNext();
        }
    }

    /// <summary>From now on <paramref name="handler"/> hears what the members receive.</summary>
    public void Listen(IMemberHandler handler)
    {
        foreach (IMember member in _members)
        {
            member.Handler = handler;
        }
    }

    /// <summary>
    /// Makes ready to publish. Where messages are posted that is a new connection: servers close one that has been idle for long.
    /// </summary>
    public void OpenPublisher()
    {
        if (dialect.PublishesByPost)
        {
            _publisher?.Abort();
            _publisher = new PostConnection(poller, Label);
            _publisher.Connect(port);
        }
    }

    /// <summary>Sends <paramref name="count"/> messages for the whole room.</summary>
    public void Publish(ReadOnlySpan<byte> messages, int count)
    {
        if (_publisher is null)
        {
            _members[Publisher].Send(messages);
        }
        else
        {
            _publisher.Post(messages, count);
        }
    }

    /// <summary>Ends what <see cref="OpenPublisher"/> has begun.</summary>
    public void ClosePublisher()
    {
        _publisher?.Abort();
        _publisher = null;
    }

    /// <summary>Sends the heartbeats that are due.</summary>
    public void KeepAlive()
    {
        if (dialect is WebSocketDialect { KeepAliveInterval: { } interval } && Stopwatch.GetElapsedTime(_lastKeepAlive) >= interval)
        {
            _lastKeepAlive = Stopwatch.GetTimestamp();
            foreach (WebSocketMember member in _members.Cast<WebSocketMember>())
            {
                member.SendKeepAlive();
            }
        }
    }

    public void Dispose()
    {
        ClosePublisher();
        foreach (IMember member in _members)
        {
            member.Abort();
        }
        _members.Clear();
        Count = 0;
        _wanted = 0;
    }

    private void StartNext()
    {
        if (_members.Count < _wanted)
        {
            int index = _members.Count;
            IMember member = dialect switch
            {
                WebSocketDialect webSocket => new WebSocketMember(poller, webSocket, name, Label, index, OnJoined),
                EventStreamDialect stream => new StreamMember(poller, stream, Label, index, OnJoined),
                _ => throw new NotSupportedException($"{dialect.Name} has no kind of member."),
            };
            _members.Add(member);
            member.Connect(port);
        }
    }

    private void OnJoined()
    {
        Count++;
        StartNext();
    }
}
