namespace Fanfare.Core.Concurrency.Tests.Stages;

/// <summary>A wire that takes so many frames at once.</summary>
internal sealed class Wire(WireLog log, int number, int capacity) : IWire
{
    public DrainResult Drain(IOutboxReader outbox)
    {
        log.Begin();
        var isCompleted = outbox.IsCompleted;
        var left = capacity;
        while (left-- > 0 && outbox.TryDequeue(out var frame))
        {
            log.Frames.Add(((TextFrame)frame).Text);
            log.Wires.Add(number);
        }

        log.Ends += isCompleted && outbox.IsEmpty ? 1 : 0;
        return log.End(outbox);
    }
}
