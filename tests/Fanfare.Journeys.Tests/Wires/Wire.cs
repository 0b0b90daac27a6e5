using System.Collections.Concurrent;
using System.Net.Sockets;
using Fanfare.Testing.Diagnostics;

namespace Fanfare.Journeys.Tests;

/// <summary>One client on one wire, in one room. What it hears goes to whoever made it, in the order of the wire.</summary>
internal abstract class Wire : IAsyncDisposable
{
    /// <summary>The wires there are.</summary>
    public static readonly string[] Names = ["socketio", "plain", "events"];

    private readonly ConcurrentBag<Socket> _lines = [];

    protected Wire(Uri server, string user, Action<Heard> heard)
    {
        Server = server;
        User = user;
        Tell = heard;
    }

    protected Uri Server { get; }

    protected string User { get; }

    protected Action<Heard> Tell { get; }

    public static Wire Create(string name, Uri server, string user, Action<Heard> heard) => name switch
    {
        "socketio" => new SocketIOWire(server, user, heard),
        "plain" => new PlainWire(server, user, heard),
        "polling" => new PollingWire(server, user, heard),
        _ => new StreamWire(server, user, heard),
    };

    /// <summary>Connects and enters a room; with a cursor it first hears what it missed.</summary>
    /// <returns>Whether it got everything; null when it did not ask.</returns>
    public abstract Task<bool?> EnterAsync(string room, string? since);

    /// <summary>Says something in a room; completes when the server has taken it.</summary>
    /// <returns>The cursor it got.</returns>
    public abstract Task<string?> SayAsync(string room, Saying saying);

    /// <summary>Nothing that the server sends arrives any more, and it is told nothing of that.</summary>
    public void FallSilent()
    {
        foreach (var line in _lines)
        {
            BlackHole.Open(line);
        }
    }

    /// <summary>Cuts the line, without a word.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Makes the connections of this client.</summary>
    protected SocketsHttpHandler NewHandler() => new()
    {
        UseProxy = false,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var line = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await line.ConnectAsync(context.DnsEndPoint, cancellationToken);
            _lines.Add(line);
            return new NetworkStream(line, ownsSocket: true);
        },
    };
}

/// <summary>Something that a client heard.</summary>
internal sealed record Heard(Saying Saying, string? Cursor);

/// <summary>What is said: who, the how manieth, and some text.</summary>
internal sealed record Saying(string Room, string Publisher, long N, string Text);
