using Fanfare.Testing;

namespace Fanfare.Core.Tests.Ledgers;

/// <summary>A server without faults, as a list of what happens. A test plants its fault in the list, and then the list goes into the books.</summary>
internal sealed class PerfectServer
{
    private static readonly string[] Wires = ["socket.io", "plain", "stream"];

    private readonly Dictionary<string, long> _heads = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Reader, string Room), long> _positions = [];
    private readonly HashSet<string> _away = new(StringComparer.Ordinal);
    private int _connections;

    public List<Step> Steps { get; } = [];

    public static LedgerReport Check(IEnumerable<Step> steps)
    {
        var ledger = new Ledger();
        foreach (var step in steps)
        {
            Enter(ledger, step);
        }

        return ledger.Check();
    }

    public PerfectServer Join(string reader, params string[] rooms)
    {
        foreach (var room in rooms.Where(room => !_away.Contains(reader) && _positions.TryAdd((reader, room), _heads.GetValueOrDefault(room))))
        {
            Steps.Add(new Step(StepKind.Join, reader, room));
        }

        return this;
    }

    public PerfectServer Leave(string reader, string room)
    {
        if (!_away.Contains(reader) && _positions.Remove((reader, room)))
        {
            Steps.Add(new Step(StepKind.Leave, reader, room));
        }

        return this;
    }

    public PerfectServer Publish(string room, int count = 1)
    {
        for (var i = 0; i < count; i++)
        {
            var sequence = _heads[room] = _heads.GetValueOrDefault(room) + 1;
            Steps.Add(new Step(StepKind.Publish, string.Empty, room, sequence));
            foreach (var (reader, _) in _positions.Keys.Where(member => member.Room == room && !_away.Contains(member.Reader)).ToList())
            {
                Receive(reader, room, sequence);
            }
        }

        return this;
    }

    public PerfectServer Disconnect(string reader)
    {
        if (_away.Add(reader))
        {
            Steps.Add(new Step(StepKind.Disconnect, reader, string.Empty));
        }

        return this;
    }

    /// <summary>Comes back on the next wire with its cursor, and gets what it missed.</summary>
    public PerfectServer Resume(string reader) => Return(reader, room =>
    {
        Steps.Add(new Step(StepKind.Join, reader, room, Resumes: true));
        for (var sequence = _positions[(reader, room)] + 1; sequence <= _heads.GetValueOrDefault(room); sequence++)
        {
            Receive(reader, room, sequence);
        }
    });

    /// <summary>Comes back with its cursor, and is told that too much is gone.</summary>
    public PerfectServer ResumeWithGap(string reader) => Return(reader, room =>
    {
        Steps.Add(new Step(StepKind.Join, reader, room, Resumes: true));
        Steps.Add(new Step(StepKind.Gap, reader, room));
        _positions[(reader, room)] = _heads.GetValueOrDefault(room);
    });

    /// <summary>Comes back without a cursor.</summary>
    public PerfectServer StartAgain(string reader) => Return(reader, room =>
    {
        Steps.Add(new Step(StepKind.Join, reader, room));
        _positions[(reader, room)] = _heads.GetValueOrDefault(room);
    });

    private static void Enter(Ledger ledger, Step step)
    {
        var reader = step.Reader.Length > 0 ? ledger.Reader(step.Reader) : null;
        switch (step.Kind)
        {
            case StepKind.Publish:
                ledger.Published(ledger.Publishing(step.Room, step.Sequence, step.Content), step.Cursor);
                break;
            case StepKind.Connect:
                reader!.Connected(step.Content);
                break;
            case StepKind.Join:
                reader!.Joining(step.Room, step.Resumes);
                reader.Joined(step.Room);
                break;
            case StepKind.Leave:
                reader!.Leaving(step.Room);
                reader.Left(step.Room);
                break;
            case StepKind.Disconnect:
                reader!.Disconnected();
                break;
            case StepKind.Gap:
                reader!.ToldGap(step.Room);
                break;
            default:
                reader!.Received(step.Room, step.Sequence, step.Content, step.Cursor);
                break;
        }
    }

    private PerfectServer Return(string reader, Action<string> enter)
    {
        if (_away.Remove(reader))
        {
            Steps.Add(new Step(StepKind.Connect, reader, string.Empty) { Content = Wires[_connections++ % Wires.Length] });
            foreach (var (_, room) in _positions.Keys.Where(member => member.Reader == reader).ToList())
            {
                enter(room);
            }
        }

        return this;
    }

    private void Receive(string reader, string room, long sequence)
    {
        _positions[(reader, room)] = sequence;
        Steps.Add(new Step(StepKind.Receive, reader, room, sequence));
    }
}
