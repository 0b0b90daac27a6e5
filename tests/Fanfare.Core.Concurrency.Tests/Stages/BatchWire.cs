namespace Fanfare.Core.Concurrency.Tests.Stages;

/// <summary>A wire whose writes wait in a batch: four bytes at most, of which so many are written, wherever frames end.</summary>
internal sealed class BatchWire(WireLog log, int written) : IBatchWire
{
    private byte[] _gathered = [];

    public List<byte> Taken { get; } = [];

    public DrainResult Drain(IOutboxReader outbox)
    {
        log.Begin();
        var isCompleted = outbox.IsCompleted;
        Take(outbox, Peek(outbox));
        log.Ends += isCompleted && outbox.IsEmpty ? 1 : 0;
        return log.End(outbox);
    }

    public bool TryGather(IOutboxReader outbox, WriteBatch batch)
    {
        if (outbox.IsEmpty)
        {
            return false;
        }

        log.Begin();
        _gathered = Peek(outbox);
        ((CountingBatch)batch).Gather(_gathered.Length, Math.Min(_gathered.Length, written));
        return true;
    }

    public DrainResult OnWritten(IOutboxReader outbox, BatchedWrite write)
    {
        Assert.Equal(_gathered.Length, write.Length);
        Take(outbox, _gathered.AsSpan(0, write.Written));
        return log.End(outbox);
    }

    private static byte[] Peek(IOutboxReader outbox)
    {
        Span<byte> bytes = stackalloc byte[4];
        return bytes[..outbox.CopyTo(bytes)].ToArray();
    }

    private void Take(IOutboxReader outbox, ReadOnlySpan<byte> bytes)
    {
        outbox.Advance(bytes.Length);
        Taken.AddRange(bytes);
    }
}
