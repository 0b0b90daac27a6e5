using System.Globalization;

namespace Fanfare.Core.Concurrency.Tests.Stages;

/// <summary>A connection with a real outbox, and a wire that is a list.</summary>
internal sealed class Client : Connection, IWire
{
    private readonly Stage _stage;
    private bool _isDraining;

    public Client(Stage stage, string id, User? user = null)
        : base(id, stage.Main.Scope, NewHandshake(), user ?? new User("u"))
    {
        _stage = stage;
        Outbox = new Outbox(stage.Outbox, stage.Scheduler, static outbox => ((Client)outbox.Owner!).Cut(CloseReason.SlowConsumer), this);
        Outbox.Attach(this);
    }

    public Outbox Outbox { get; }

    /// <summary>What the wire took: positions of events, and what a scenario added.</summary>
    public List<string> Frames { get; } = [];

    /// <summary>How many frames the wire takes at once before it asks for time.</summary>
    public int Capacity { get; init; } = int.MaxValue;

    /// <summary>What reading was told.</summary>
    public List<bool> Pauses { get; } = [];

    public int Expiries { get; private set; }

    public bool IsContinued { get; init; }

    public override string Transport => "list";

    protected internal override bool KeepsSession => IsContinued;

    public long[] Positions => PositionsIn(Frames);

    public static long[] PositionsIn(IEnumerable<string> frames) =>
        [.. frames.Where(static text => char.IsAsciiDigit(text[0])).Select(static text => long.Parse(text, CultureInfo.InvariantCulture))];

    public void Answer(string text) => Outbox.TryEnqueue(new TextFrame(text));

    public void Answer(RoomJoin join) =>
        Answer(join.IsRefused ? $"refused {join.Room}" : $"joined {join.Room} {join.Cursor.Sequence} {join.Gap}");

    /// <summary>What a wire does when its client asks for rooms.</summary>
    public void Join(IReadOnlyList<string> rooms, string? since) => _stage.Main.JoinAsync(this, rooms, since, Answer).AsTask().Wait();

    public bool Leave(CloseReason reason)
    {
        var isFirst = End(reason);
        Outbox.Complete();
        return isFirst;
    }

    DrainResult IWire.Drain(IOutboxReader outbox)
    {
        if (_isDraining)
        {
            _stage.Note("two drains at once");
        }

        _isDraining = true;
        var left = Capacity;
        while (left-- > 0 && outbox.TryDequeue(out var frame))
        {
            Frames.Add(((TextFrame)frame).Text);
        }

        _isDraining = false;
        if (outbox.IsEmpty)
        {
            return DrainResult.Taken;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static outbox => outbox.Resume(), outbox, preferLocal: false);
        return DrainResult.PartlyTaken;
    }

    protected override bool Send(EncodedMessage message) =>
        Outbox.TryEnqueue(new TextFrame(message.IsKept ? $"{message.Cursor!.Value.Sequence}" : message.Message.Event)) == EnqueueResult.Accepted;

    protected override void SendAck(AckTicket ticket, Arguments arguments) => Answer($"ack {ticket.Number}");

    protected override void SendError(AckTicket ticket, string code) => Answer($"error {ticket.Number}");

    protected internal override void Disconnect(bool close) => Leave(CloseReason.Kicked);

    protected override void Expire()
    {
        Expiries++;
        Leave(CloseReason.Expired);
    }

    protected internal override void Cut(CloseReason reason) => Leave(reason);

    protected override void CloseYielded() => Outbox.Complete();

    protected override ValueTask FlushAsync() => new(Outbox.WhenEmptyAsync());

    protected override void PauseReading(bool pause) => Pauses.Add(pause);

    private static Handshake NewHandshake() => new(new RequestInfo([], [], "/", "127.0.0.1", DateTimeOffset.UnixEpoch, false, null));
}
