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

    private readonly List<Member> _members = [];
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

    public Member this[int index] => _members[index];

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
        foreach (Member member in _members)
        {
            member.Handler = handler;
        }
    }

    /// <summary>Sends the heartbeats that are due.</summary>
    public void KeepAlive()
    {
        if (dialect.KeepAliveInterval is { } interval && Stopwatch.GetElapsedTime(_lastKeepAlive) >= interval)
        {
            _lastKeepAlive = Stopwatch.GetTimestamp();
            foreach (Member member in _members)
            {
                member.SendKeepAlive();
            }
        }
    }

    public void Dispose()
    {
        foreach (Member member in _members)
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
            var member = new Member(poller, dialect, name, Label, _members.Count, OnJoined);
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
