using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Fanfare.ServerSentEvents.Tests;

/// <summary>Readers of the room <c>open-live</c>, each on a thread of its own: what they measure does not wait for the pool in which the server works. An event is a number and when it was said.</summary>
internal sealed class LiveReaders : IDisposable
{
    private readonly Socket[] _sockets;

    public LiveReaders(Uri address, int count)
    {
        _sockets = [.. Enumerable.Range(0, count).Select(_ => BareStream.Open(address, "/events/rooms/open-live"))];
        var began = new CountdownEvent(count);
        Heard = Task.WhenAll(_sockets.Select(socket => Task.Factory.StartNew(() => Listen(socket, began), TaskCreationOptions.LongRunning)));
        Assert.True(began.Wait(Timeouts.Default));
    }

    /// <summary>What each heard up to a negative number, and how long after it was said.</summary>
    public Task<List<(int Number, double Milliseconds)>[]> Heard { get; }

    public void Dispose()
    {
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
    }

    private static List<(int Number, double Milliseconds)> Listen(Socket socket, CountdownEvent began)
    {
        using var reader = new StreamReader(new NetworkStream(socket), Encoding.UTF8, bufferSize: 4096);
        var events = new List<(int, double)>();
        while (reader.ReadLine() is { } line)
        {
            if (line == "event: connected")
            {
                began.Signal();
            }
            else if (line.StartsWith("data: \"", StringComparison.Ordinal))
            {
                var parts = line["data: \"".Length..^1].Split(' ');
                var number = int.Parse(parts[0], CultureInfo.InvariantCulture);
                if (number < 0)
                {
                    return events;
                }

                events.Add((number, Stopwatch.GetElapsedTime(long.Parse(parts[1], CultureInfo.InvariantCulture)).TotalMilliseconds));
            }
        }

        throw new EndOfStreamException("The stream has ended.");
    }
}
