namespace Fanfare.Core.Concurrency.Tests.Stages;

/// <summary>A wire that takes four bytes at once, wherever frames end.</summary>
internal sealed class ByteWire(WireLog log) : IWire
{
    public List<byte> Taken { get; } = [];

    public DrainResult Drain(IOutboxReader outbox)
    {
        log.Begin();
        Span<byte> bytes = stackalloc byte[4];
        var count = outbox.CopyTo(bytes);
        outbox.Advance(count);
        Taken.AddRange(bytes[..count]);
        return log.End(outbox);
    }
}
