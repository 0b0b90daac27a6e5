namespace Fanfare.Core.Concurrency.Tests.Stages;

/// <summary>Notes how long its writes are; the wires keep the bytes.</summary>
internal sealed class CountingBatch : WriteBatch
{
    private readonly List<BatchedWrite> _writes = [];

    public static IWriteBatchFactory Factory { get; } = new CountingFactory();

    public void Gather(int length, int written) => _writes.Add(new BatchedWrite(length, written));

    public override ReadOnlySpan<BatchedWrite> Write()
    {
        var writes = _writes.ToArray();
        _writes.Clear();
        Microsoft.Coyote.Runtime.SchedulingPoint.Interleave();
        return writes;
    }

    public override void Dispose() => Assert.Empty(_writes);

    private sealed class CountingFactory : IWriteBatchFactory
    {
        public WriteBatch? TryCreate() => new CountingBatch();
    }
}
