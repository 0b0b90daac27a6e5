namespace Fanfare.WebSockets.Tests.Interleavings;

/// <summary>A member of a namespace whose wire is a list, and which takes what is replayed only when the test lets it.</summary>
internal sealed class ListConnection(string id, Namespace @namespace, User user)
    : Connection(id, @namespace.Scope, new Handshake(new RequestInfo([], [], "/", "127.0.0.1", DateTimeOffset.UnixEpoch, false, null)), user)
{
    private readonly List<string> _frames = [];
    private readonly TaskCompletionSource<CloseReason> _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<TaskCompletionSource> _pending = [];

    /// <summary>What it was sent, in order: cursors of events, and the answers that a test adds.</summary>
    public IReadOnlyList<string> Frames => _frames;

    /// <summary>Completes when the namespace cuts it off.</summary>
    public Task<CloseReason> WhenCut => _cut.Task;

    public override string Transport => "list";

    public void Answer(string text) => _frames.Add(text);

    /// <summary>The wire takes what it was given; false when nobody waits for that.</summary>
    public bool TakeAll()
    {
        TaskCompletionSource[] pending = [.. _pending];
        _pending.Clear();
        foreach (var one in pending)
        {
            // What waited goes on here and now. One each, since of several that wait for the same not all would.
            one.SetResult();
        }

        return pending.Length > 0;
    }

    public void Leave(CloseReason reason) => End(reason);

    protected override bool Send(EncodedMessage message)
    {
        _frames.Add(message.IsKept ? $"{message.Cursor!.Value.Sequence}" : message.Message.Event);
        return true;
    }

    protected override void SendAck(AckTicket ticket, Arguments arguments) => _frames.Add("ack");

    protected override void Disconnect(bool close) => End(CloseReason.Kicked);

    protected override void Expire() => End(CloseReason.Expired);

    protected override void Cut(CloseReason reason)
    {
        End(reason);
        _cut.TrySetResult(reason);
    }

    protected override void CloseYielded()
    {
    }

    protected override ValueTask FlushAsync()
    {
        var pending = new TaskCompletionSource();
        _pending.Add(pending);
        return new ValueTask(pending.Task);
    }

    protected override void PauseReading(bool pause)
    {
    }
}
