using System.Diagnostics;
using Fanfare.Benchmarks.Load.Dialects;
using Fanfare.Benchmarks.Load.Net;

namespace Fanfare.Benchmarks.Load.Members;

/// <summary>The generator's one thread: all rooms of all servers in one epoll set, so that those not measured keep their heartbeats.</summary>
internal sealed class ClientLoop : IDisposable
{
    private static readonly TimeSpan KeepAliveCheck = TimeSpan.FromSeconds(1);

    private readonly Poller _poller = new();
    private readonly List<Room> _rooms = [];
    private long _lastCheck = Stopwatch.GetTimestamp();

    public Room AddRoom(Dialect dialect, int port, string server, string name)
    {
        var room = new Room(_poller, dialect, port, server, name);
        _rooms.Add(room);
        return room;
    }

    public void RemoveRoom(Room room)
    {
        _rooms.Remove(room);
        room.Dispose();
    }

    /// <summary>Waits up to <paramref name="timeoutMilliseconds"/> for the network and handles what came.</summary>
    public void Turn(int timeoutMilliseconds)
    {
        _poller.Wait(timeoutMilliseconds);
        if (Stopwatch.GetElapsedTime(_lastCheck) >= KeepAliveCheck)
        {
            _lastCheck = Stopwatch.GetTimestamp();
            foreach (Room room in _rooms)
            {
                if (room.IsComplete)
                {
                    room.KeepAlive();
                }
            }
        }
    }

    /// <summary>Handles the network until <paramref name="condition"/> holds; false when that took longer than <paramref name="limit"/>.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
            {
                return false;
            }
            Turn(20);
        }
        return true;
    }

    /// <summary>Handles the network for <paramref name="duration"/>.</summary>
    public void RunFor(TimeSpan duration)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            Turn(5);
        }
    }

    /// <summary>Lets the room grow by <paramref name="count"/> members and waits until all have joined.</summary>
    public void Grow(Room room, int count)
    {
        room.Grow(count);
        TimeSpan limit = TimeSpan.FromSeconds(20) + TimeSpan.FromMilliseconds(5 * count);
        if (!RunUntil(() => room.IsComplete, limit))
        {
            throw new TimeoutException($"{room.Label}: {room.Count} members have joined after {limit.TotalSeconds:0} s, {count} more were wanted.");
        }
    }

    public void Dispose()
    {
        foreach (Room room in _rooms)
        {
            room.Dispose();
        }
        _poller.Dispose();
    }
}
